import { describe, expect, it } from 'vitest';
import { costReport, points } from '../../../src/explorer/page/cost-report.ts';
import { refusalSentence } from '../../../src/explorer/page/refusal-sentence.ts';

const answer = { status: 200, retryAfter: undefined, durationMs: 5 };
const throttleStatus = { maximumAvailable: 1000, currentlyAvailable: 954, restoreRate: 50 };

describe('the report of a cost', () => {
  it('tells what was reserved, what was spent and what is left', () => {
    const body = { data: {}, extensions: { cost: { requestedQueryCost: 14, actualQueryCost: 12, throttleStatus } } };
    expect(costReport({ ...answer, body })).toEqual({
      requested: 14,
      actual: 12,
      budget: { available: 954, maximum: 1000, restoreRate: 50 },
      refusal: undefined,
    });
  });

  it('tells when a throttled operation is worth trying again', () => {
    const extensions = { code: 'THROTTLED', cost: { requestedQueryCost: 12, throttleStatus } };
    const body = { errors: [{ message: 'no', extensions }] };
    const report = costReport({ ...answer, status: 429, retryAfter: 3, body });
    expect(report).toMatchObject({ requested: 12, actual: undefined, refusal: 'Throttled: try again in 3 s' });
    expect(report.budget?.available).toBe(954);
  });

  it('tells how dear an operation may be', () => {
    const extensions = { code: 'COST_LIMIT_EXCEEDED', requestedQueryCost: 700, maximumCost: 500 };
    const report = costReport({ ...answer, status: 400, body: { errors: [{ message: 'no', extensions }] } });
    expect(report).toMatchObject({ requested: 700, refusal: 'Too dear: one operation may cost 500 points' });
  });

  it('claims nothing of an answer without a cost, or with a nonsense one', () => {
    const nothing = { requested: undefined, actual: undefined, budget: undefined, refusal: undefined };
    expect(costReport({ ...answer, body: { data: {} } })).toEqual(nothing);
    const cost = { requestedQueryCost: 'many', throttleStatus: { maximumAvailable: null, currentlyAvailable: 1 } };
    expect(costReport({ ...answer, body: { data: {}, extensions: { cost } } })).toEqual(nothing);
  });

  it('speaks of one point, and of many', () => {
    expect([points(1), points(0), points(1200), points(0.25)]).toEqual([
      '1 point',
      '0 points',
      '1,200 points',
      '0.3 points',
    ]);
  });
});

describe('the sentence of a refusal', () => {
  it('is ours for a code that we know, and the message for any other', () => {
    const refused = (code: string) => ({
      ...answer,
      status: 401,
      body: { errors: [{ message: 'As the server says.', extensions: { code } }] },
    });
    expect(refusalSentence(refused('API_KEY_INVALID'))).toContain('This key is not valid.');
    expect(refusalSentence(refused('SOMETHING_NEW'))).toBe('As the server says.');
    expect(refusalSentence({ ...refused('TOO_MANY_FAILED_ATTEMPTS'), retryAfter: 30 })).toContain('Try again in 30 s.');
    expect(refusalSentence({ ...answer, status: 502, body: {} })).toBe('The server answered with status 502.');
  });
});
