import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** Bodies at the edges of RFC 8259, as bytes: what is JSON is read as it is meant, and what is not is the caller's. */
let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await openTestApp();
  ({ key } = await test.createKey(['*']));
});
afterAll(() => test.close());

const query = '{ viewer { apiKey { name } } }';
const asked = JSON.stringify(query);

async function post(body: string | Uint8Array) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json', 'X-API-Key': key };
  const response = await test.fetch('/graphql', { method: 'POST', headers, body: body as BodyInit });
  const answer = await response.json();
  return { status: response.status, code: answer.errors?.[0].extensions.code, data: answer.data };
}

/** A request in whose variables something stands that no variable takes. */
const around = (variables: string) => `{"query":${asked},"variables":${variables}}`;
const withValue = (value: string) => around(`{"v":${value}}`);
const bytes = (...parts: readonly (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

describe('is read', () => {
  it.each<[string, string | Uint8Array]>([
    ['with white space wherever it may stand', `\t\r\n {\n"query"\t:\r ${asked} , "variables" : { } } \n`],
    ['with names in escapes', `{"\\u0071uery":${asked}}`],
    ['with the last of equal names', `{"query":"{ nothing }","query":${asked}}`],
    ['with members that nobody knows', withValue('[null,true,false,{"":{"":[]}}]')],
    ['with null where nothing is said', `{"query":${asked},"variables":null,"operationName":null,"extensions":null}`],
    ['with an empty name', around('{"":1}')],
    ['with names of prototypes', around('{"__proto__":{"x":1},"constructor":1,"toString":null,"hasOwnProperty":2}')],
    ['with numbers that a double holds roughly', withValue('[1e-400,123456789012345678901234567890,-0.1]')],
    ['with escapes of every kind', withValue('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u2028\\uD83D\\uDE00"')],
    ['with minus zero, and exponents of every form', withValue('[-0,0e0,-0.0E+00,1E22,1e-1]')],
    ['with characters that other formats break at', withValue('"\u2028\u2029\u007f\ufffe\u{10ffff}"')],
    ['with a text of 50,000 characters', withValue(`"${'x'.repeat(50_000)}"`)],
    ['with a list of 20,000 members', withValue(`[${'0,'.repeat(19_999)}0]`)],
  ])('%s', async (_how, body) => {
    expect(await post(body)).toEqual({ status: 200, code: undefined, data: { viewer: { apiKey: { name: 'test' } } } });
  });
});

describe('is JSON, with a value that is none of GraphQL or of the database', () => {
  it.each<[string, string]>([
    ['a number that no double holds', withValue('1e400')],
    ['NUL in an escape', withValue('"\\u0000"')],
    ['half a surrogate pair in an escape', withValue('"\\uD800"')],
    ['nested a thousand times', withValue(`${'['.repeat(1000)}${']'.repeat(1000)}`)],
  ])('%s', async (_what, body) => {
    const { status, code, data } = await post(body);
    expect([status, code, data]).toEqual([400, 'BAD_USER_INPUT', undefined]);
  });
});

describe('is the caller’s mistake', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a text alone', '"query"'],
    ['a number alone', '0'],
    ['true alone', 'true'],
    ['null alone', 'null'],
    ['an empty list', '[]'],
    ['a list of requests', `[{"query":${asked}}]`],
    ['an empty object', '{}'],
    ['half an object', `{"query":${asked}`],
    ['two objects', `{"query":${asked}}{"query":${asked}}`],
    ['something after the object', `{"query":${asked}}x`],
    ['a comma too much', `{"query":${asked},}`],
    ['two commas', `{"query":${asked},,"variables":{}}`],
    ['a colon too much', `{"query"::${asked}}`],
    ['a name without quotes', `{query:${asked}}`],
    ['single quotes', `{'query':'{ viewer { apiKey { name } } }'}`],
    ['a comment', `{"query":${asked} /* all of it */}`],
    ['NaN', withValue('NaN')],
    ['Infinity', withValue('-Infinity')],
    ['a number in hex', withValue('0x10')],
    ['a number with a leading zero', withValue('01')],
    ['a number with a plus', withValue('+1')],
    ['half a fraction', withValue('1.')],
    ['half an exponent', withValue('1e')],
    ['True', withValue('True')],
    ['undefined', withValue('undefined')],
    ['a text that does not end', `{"query":"{ viewer`],
    ['an escape that there is not', withValue('"\\x41"')],
    ['half an escape', withValue('"\\u00"')],
    ['a control character in a text', withValue('"\u0000"')],
    ['a line end in a text', withValue('"\n"')],
    ['a tab in a text', withValue('"\t"')],
    ['NUL between', `{"query":\u0000${asked}}`],
    ['a form feed between', `{"query":\u000c${asked}}`],
    ['a space that is none', `{"query":\u00a0${asked}}`],
    ['UTF-16', Buffer.from(`{"query":${asked}}`, 'utf16le')],
    ['nested as deep as a body allows', `${'['.repeat(90_000)}`],
    ['a query that is a number', '{"query":1}'],
    ['a query that is a list', `{"query":[${asked}]}`],
    ['a query that is null', '{"query":null}'],
    ['variables that are a list', around('[]')],
    ['variables that are a text', around('"{}"')],
    ['variables that are a number', around('0')],
    ['extensions that are a list', `{"query":${asked},"extensions":[]}`],
    ['an operation name that is an object', `{"query":${asked},"operationName":{}}`],
  ])('%s', async (_what, body) => {
    const { status, code, data } = await post(body);
    expect([status, code, data]).toEqual([400, 'BAD_REQUEST', undefined]);
  });
});

describe('has no meaning that is ours to guess', () => {
  it.each<[string, Uint8Array]>([
    ['a mark of the byte order', bytes(0xef, 0xbb, 0xbf, `{"query":${asked}}`)],
    ['bytes that are no UTF-8', bytes('{"query":', asked, ',"variables":{"v":"', 0xff, 0xfe, '"}}')],
    ['half a character', bytes('{"query":', asked, ',"variables":{"v":"', 0xe2, 0x82, '"}}')],
    ['an overlong slash', bytes('{"query":', asked, ',"variables":{"v":"', 0xc0, 0xaf, '"}}')],
    ['a surrogate in UTF-8', bytes('{"query":', asked, ',"variables":{"v":"', 0xed, 0xa0, 0x80, '"}}')],
    ['nested 40,000 times', Buffer.from(withValue(`${'['.repeat(40_000)}${']'.repeat(40_000)}`))],
  ])('%s: read, or refused with a code', async (_what, body) => {
    const { status, code } = await post(body);
    expect([
      [200, undefined],
      [400, 'BAD_REQUEST'],
      [400, 'BAD_USER_INPUT'],
    ]).toContainEqual([status, code]);
  });
});
