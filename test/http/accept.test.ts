import { describe, expect, it } from 'vitest';
import { readAccept } from '../../src/http/accept.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';
const stream = 'text/event-stream';

describe('Accept (RFC 9110 §12.4.2, §12.5.1)', () => {
  it.each([
    // Nothing is asked for: the server chooses.
    [null, json, true],
    ['', json, true],
    [' , ,', json, true],
    ['*/*', json, true],
    ['*/*;q=0.1', json, true],
    // Names and wildcards, in any case, with white space.
    ['application/json', json, false],
    ['APPLICATION/JSON', json, false],
    ['  application/json\t', json, false],
    ['application/*', json, false],
    ['Application/GraphQL-Response+JSON', graphql, false],
    ['text/event-stream', stream, true],
    ['text/*', stream, true],
    // Several: by q, then the more exact, then as they stand.
    ['application/graphql-response+json, application/json', graphql, false],
    ['application/json, application/graphql-response+json', json, false],
    ['application/json;q=0.5, application/graphql-response+json', graphql, false],
    ['application/graphql-response+json;q=0.8, application/json;q=0.9', json, false],
    ['application/json ; Q=0.1 , application/graphql-response+json;q=0.2', graphql, false],
    ['application/graphql-response+json, application/json;q=0.9, */*;q=0.1', graphql, true],
    ['*/*, application/graphql-response+json', graphql, true],
    ['application/*;q=0.9, text/event-stream;q=0.1', json, true],
    ['text/event-stream;q=0.1, application/json', json, true],
    ['text/event-stream, application/json;q=0.9', stream, true],
    // A single answer is no stream where JSON is liked as much.
    ['text/event-stream, application/json', json, true],
    ['application/json, text/event-stream', json, true],
    ['text/event-stream;q=0.5, application/graphql-response+json;q=0.5, application/json;q=0.5', graphql, true],
    ['text/event-stream, */*', stream, true],
    ['image/png, */*;q=0.1', json, true],
    ['multipart/mixed, application/json', json, false],
    [
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
      graphql,
      true,
    ],
    // 0 is never, and the more exact range counts.
    ['application/json;q=0, */*', graphql, true],
    ['*/*, text/event-stream;q=0', json, false],
    ['application/*;q=0, text/*', stream, true],
    ['application/json;q=0.000, application/graphql-response+json;q=0.001', graphql, false],
    ['*/*;q=0, application/json', json, false],
    // All answers are UTF-8, which a range may say, and none has another parameter.
    ['application/json; charset=utf-8', json, false],
    ['application/json;charset=UTF-8', json, false],
    ['application/json;charset="utf-8"', json, false],
    ['application/json;charset=utf8', json, false],
    ['application/json;charset=utf-8;q=0.1, application/graphql-response+json;q=0.2', graphql, false],
    ['application/json;charset=latin1, application/graphql-response+json', graphql, false],
    // What is no media range is passed over.
    ['json, application/graphql-response+json', graphql, false],
    ['application/json;q=high, text/event-stream', stream, true],
  ])('%s: %s, as a stream: %s', (accept, preferred, eventStream) => {
    expect(readAccept(accept).answer).toEqual({ preferred, eventStream });
  });

  it.each([
    'image/png',
    'text/html',
    'multipart/mixed',
    'application/xml',
    'application/jsonp',
    'text/event-streams',
    '*/*;q=0',
    'application/json;q=0',
    'application/json;q=0.0, text/html',
    'application/json;charset=latin1',
    'application/json;version=2',
    'json',
    ',;',
    'application',
    '*',
    'application/json;q=high',
  ])('%s: nothing of ours', (accept) => {
    expect(readAccept(accept).answer).toBeUndefined();
  });
});

it.each([
  ['text/html', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', true],
  ['TEXT/HTML;q=0.9, */*;q=0.8', true],
  ['text/html;charset=utf-8', true],
  ['application/json, text/html;q=0.9', false],
  ['text/html;q=0, */*', false],
  ['*/*', false],
  ['text/*', false],
  ['', false],
  [null, false],
])('a page is what %s likes best: %s', (accept, expected) => {
  expect(readAccept(accept).prefersPage).toBe(expected);
});

it('has a JSON type for whatever was asked for', () => {
  expect(readAccept('application/graphql-response+json').jsonType).toBe(graphql);
  expect(readAccept('application/graphql-response+json;q=0.1, application/json').jsonType).toBe(json);
  for (const accept of [null, '', 'image/png', 'text/event-stream', 'application/graphql-response+json;q=0'])
    expect(readAccept(accept).jsonType).toBe(json);
});

describe('an Accept header of no use', () => {
  it.each([
    '*/json',
    '*/json, */xml;q=0.5',
    'application/json;q=2',
    'application/json;q=',
    'application/json;q=0.1234',
    'json',
    '/',
    '*',
  ])('has no member that is a media range: %s', (accept) => {
    expect(readAccept(accept).answer).toBeUndefined();
  });

  it.each([
    'application/json;q=1.000',
    'application/json; q=0.5',
    '*/*;q=0.001',
    'application/*',
    'Application/JSON ; charset=utf-8;q=1',
  ])('is not one with a well-formed member: %s', (accept) => {
    expect(readAccept(`*/json, ${accept}`).answer?.preferred).toBe('application/json');
  });

  it('is read as far as its 32nd member and 1000th character', () => {
    expect(readAccept(`${'text/plain,'.repeat(31)}application/json`).answer?.preferred).toBe('application/json');
    expect(readAccept(`${'text/plain,'.repeat(32)}application/json`).answer).toBeUndefined();
    expect(readAccept(`${'a'.repeat(2000)}/b,application/json`).answer).toBeUndefined();
    expect(readAccept(`application/json,${'a'.repeat(2000)}/b`).answer?.preferred).toBe('application/json');
  });
});
