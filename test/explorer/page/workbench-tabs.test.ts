import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { headerStub } from '../../../src/explorer/page/request-headers.ts';
import { workbenchTabs } from '../../../src/explorer/page/workbench-tabs.ts';

const schema = buildSchema('type Query { one: Int }');
const starting = [{ query: 'query One { one }' }, { query: 'query Two { two }' }];

describe('the tabs for a key', () => {
  it('are the operations that it can run, and then what was written before, without its headers', () => {
    const written = [{ query: '{ mine }', variables: '{"a":1}', headers: '{"Authorization":"Bearer old"}' }];
    expect(workbenchTabs(starting, schema, written)).toEqual([
      { query: 'query One {\n  one\n}', variables: '', headers: headerStub },
      { query: '{ mine }', variables: '{"a":1}', headers: headerStub },
    ]);
  });

  it('are one empty tab when the key can run none of them', () => {
    const tabs = workbenchTabs([{ query: '{ two }' }], schema, [{ query: ' ' }, { query: null }]);
    expect(tabs).toEqual([{ query: '', variables: '', headers: headerStub }]);
  });
});
