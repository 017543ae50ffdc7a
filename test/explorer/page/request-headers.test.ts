import { describe, expect, it } from 'vitest';
import { requestHeaders } from '../../../src/explorer/page/request-headers.ts';

const ofBox = { headers: { Authorization: 'Bearer k' }, usesKeyOfBox: true };

describe('the headers of a request', () => {
  it.each([
    undefined,
    {},
    { Authorization: 'Bearer …' },
    { authorization: 'bearer' },
    { 'X-API-Key': '…' },
    { Authorization: '' },
  ])('carry the key of the key box for %j', (ofTab) => {
    expect(requestHeaders('k', ofTab)).toEqual(ofBox);
  });

  it('carry the key of the tab in its place, under either name', () => {
    expect(requestHeaders('k', { authorization: 'Bearer other' })).toEqual({
      headers: { authorization: 'Bearer other' },
      usesKeyOfBox: false,
    });
    expect(requestHeaders('k', { Authorization: 'Bearer …', 'x-api-key': 'other' })).toEqual({
      headers: { 'x-api-key': 'other' },
      usesKeyOfBox: false,
    });
  });

  it('carry what else the tab adds', () => {
    const { headers } = requestHeaders('k', { 'GraphQL-Cost': 'report', 'X-Number': 3, 'X-Nothing': null });
    expect(headers).toEqual({ ...ofBox.headers, 'GraphQL-Cost': 'report', 'X-Number': '3' });
  });
});
