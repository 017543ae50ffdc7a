import { describe, expect, it } from 'vitest';
import { unreadableBody } from '../../../src/pipeline/document/content-negotiation.ts';

function post(headers: Record<string, string>, method = 'POST'): Request {
  return new Request('http://localhost/graphql', {
    method,
    headers,
    ...(method === 'POST' ? { body: Buffer.from('{}') } : {}),
  });
}

describe('the body of a request', () => {
  it.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/json;charset="UTF-8"', true],
    ['application/graphql+json', true],
    ['application/json; charset=utf-7', false],
    ['application/x-www-form-urlencoded', false],
    ['multipart/form-data; boundary=x', false],
    ['text/plain', false],
    ['application/graphql', false],
  ])('as %s is readable: %s', (type, readable) => {
    expect(unreadableBody(post({ 'content-type': type })) === undefined).toBe(readable);
  });

  it('is not readable when it is compressed', () => {
    expect(unreadableBody(post({ 'content-type': 'application/json', 'content-encoding': 'gzip' }))).toBeDefined();
  });

  it('needs a type in a POST and none in a GET, where another one is a trick', () => {
    expect(unreadableBody(post({}))).toBeDefined();
    expect(unreadableBody(post({}, 'GET'))).toBeUndefined();
    expect(unreadableBody(post({ 'content-type': 'text/plain' }, 'GET'))).toBeDefined();
  });
});

it.each([
  ['variables={', false],
  ['variables={}&extensions=x', false],
  ['variables=&extensions={}', true],
  ['', true],
])('the parameters ?%s of a GET are readable: %s', (search, readable) => {
  expect(unreadableBody(new Request(`http://localhost/graphql?${search}`)) === undefined).toBe(readable);
});
