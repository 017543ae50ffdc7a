import { describe, expect, it } from 'vitest';
import { chosenOperation } from '../../../src/explorer/page/chosen-operation.ts';

describe('the operation that runs', () => {
  it('is the named one', () => {
    const request = { query: 'query A { a } subscription B { b }', operationName: 'B' };
    expect(chosenOperation(request)).toEqual({ request, streams: true });
    expect(chosenOperation({ ...request, operationName: 'A' }).streams).toBe(false);
  });

  it('needs no name that the document no longer has', () => {
    const query = 'subscription New { b }';
    expect(chosenOperation({ query, operationName: 'Old' })).toEqual({ request: { query }, streams: true });
  });

  it('is for the server to judge when the document cannot be parsed', () => {
    const query = 'subscription {';
    expect(chosenOperation({ query })).toEqual({ request: { query }, streams: false });
  });
});
