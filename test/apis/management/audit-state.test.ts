import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordedState, shownState } from '../../../src/apis/management/audit/audit-state.ts';
import { encodeGlobalId } from '../../../src/apis/shared/global-id.ts';

const at = Date.parse('2026-11-25T08:30:00.125Z');

describe('what an audit event shows of a change', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['times', { expiresAt: at, notBefore: null }, { expiresAt: '2026-11-25T08:30:00.125Z', notBefore: null }],
    [
      'ids',
      { applicationId: 'a', createdBy: 'k' },
      { applicationId: id('Application', 'a'), createdBy: id('ApiKey', 'k') },
    ],
    ['lists of ids', { roleIds: ['r', 's'] }, { roleIds: [id('Role', 'r'), id('Role', 's')] }],
    ['a secret', { secretId: 's' }, { secretId: id('ApiKeySecret', 's') }],
    ['the id of the target', { id: 'x' }, { id: id('Role', 'x') }],
    [
      'durations',
      { throttle: { inFlight: 2, requests: { max: 3, windowMs: 60_000 } } },
      { throttle: { inFlight: 2, requests: { max: 3, window: 'PT1M' } } },
    ],
    [
      'the rest as it is',
      { name: 'createdAt', metadata: { createdAt: 5, id: 'x' } },
      { name: 'createdAt', metadata: { createdAt: 5, id: 'x' } },
    ],
  ])('%s', (_, recorded, shown) => {
    expect(shownState('Role', recorded)).toEqual(shown);
    expect(recordedState(shown)).toEqual(recorded);
  });

  test('can be taken back to what was recorded, whatever that was', () => {
    const time = fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }));
    const text = fc.uuid();
    const state = fc.record(
      {
        disabledAt: time,
        expiresAt: time,
        id: text,
        applicationId: text,
        roleIds: fc.array(text),
        name: fc.string(),
        metadata: fc.option(fc.dictionary(fc.string(), fc.json())),
        throttle: fc.option(
          fc.record(
            {
              inFlight: fc.nat(),
              requests: fc.record({ max: fc.nat(), windowMs: fc.integer({ min: 1, max: 1_000_000_000 }) }),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(state, (recorded) => {
        expect(recordedState(JSON.parse(JSON.stringify(shownState('ApiKey', recorded))))).toEqual(
          JSON.parse(JSON.stringify(recorded)),
        );
      }),
    );
  });
});

function id(type: string, inner: string): string {
  return encodeGlobalId(type, inner);
}
