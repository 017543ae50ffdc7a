import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import { compileDemands } from '../../../src/privileges/demands.ts';
import { deniedFields, restoreNulls } from '../../../src/privileges/null-mode.ts';
import { held } from '../held.ts';

const compiled = compileSchema(buildSchema('type Query { t: T a: Int } type T { a: Int b: Int t: T }'));

function opened(source: string) {
  const answer = compileDocument(compiled, parse(source), undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const { plan } = answer;
  const privileges = held(['read:Query', 'read:T', '!read:T.b'], compiled);
  const denied = deniedFields(plan, compileDemands(compiled, plan), privileges, { raw: {}, coerced: {} });
  if (!denied) throw new Error('b is denied');
  return { plan, denied };
}

it('stops where the nulls take more bytes than there is room for', () => {
  const { plan, denied } = opened('{ t { a b t { b } } }');
  const data = { t: { a: 1, t: { k: 'T' } } };
  const nulls = '"b":null'.length * 2;
  expect(restoreNulls(plan.root, denied, 'none', data, nulls)).toEqual({
    kind: 'RESTORED',
    data: { t: { a: 1, b: null, t: { b: null } } },
  });
  expect(restoreNulls(plan.root, denied, 'none', data, nulls - 1)).toEqual({ kind: 'TOO_LARGE' });
});

it('works out what is executed once for each type of a selection', () => {
  const { plan, denied } = opened('{ t { a b } }');
  const [ofT] = plan.selections[0]?.byType ?? [];
  if (!ofT) throw new Error('T is selected');
  expect(denied.executed(ofT.fields)).toBe(denied.executed(ofT.fields));
});
