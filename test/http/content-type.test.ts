import { expect, it } from 'vitest';
import { isJsonBody } from '../../src/http/content-type.ts';

it.each([
  'application/json',
  'Application/JSON',
  'APPLICATION/GRAPHQL+JSON',
  'application/json;charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json ; charset=utf-8',
  'application/json\t;\tcharset=utf-8',
  'application/json;Charset="utf-8"',
  'application/json;charset="UTF8"',
  'application/json;charset=utf8',
  'application/json;',
  'application/json;;',
  'application/json; ; charset=utf-8;',
  'application/json; profile="a;b,\\"c"; charset=utf-8',
  ' application/json ',
])('%j is JSON in UTF-8 (RFC 9110 §8.3.1)', (text) => {
  expect(isJsonBody(text)).toBe(true);
});

it.each([
  null,
  '',
  ';',
  'application',
  'application/',
  '/json',
  'application/ json',
  'application/json, application/json',
  'application/json charset=utf-8',
  'application/json;charset',
  'application/json;charset=',
  'application/json;charset=utf-16',
  'application/json;charset="utf-8',
  'application/json; charset=utf-8; charset=utf-7',
  'application/jsonp',
  'application/graphql',
  'application/graphql-response+json',
  'text/json',
  'text/plain',
  'text/plain;application/json',
  'multipart/form-data; boundary=application/json',
  'application/x-www-form-urlencoded',
])('%j is not', (text) => {
  expect(isJsonBody(text)).toBe(false);
});
