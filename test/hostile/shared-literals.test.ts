import { buildSchema, GraphQLScalarType, parse } from 'graphql';
import { expect, it } from 'vitest';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { declare } from '../../src/plan/declare.ts';
import { compileDemands } from '../../src/privileges/demands.ts';
import { openTestSurface } from '../support/test-surface.ts';

const items = 160;
const selections = 240;

/** A field with a filter, and how often its scalar has read a literal. */
function openCounted() {
  const schema = declare(
    buildSchema(`
      scalar Counted
      type Query { node: Node }
      type Node { x: Int y: Int child: Node leaf(by: By): Int }
      input By { x: Counted and: [By!] }
    `),
    { inputs: { By: { entity: 'Node', use: 'FILTER' } } },
  );
  const reads = { count: 0 };
  const counted = schema.getType('Counted');
  if (counted instanceof GraphQLScalarType) {
    counted.parseLiteral = () => {
      reads.count++;
      return 1;
    };
  }
  return { schema, reads };
}

/** A long literal in a fragment that stands in many selections, no two of which are the same. */
const document = (item: string, definition = '') => {
  const children = Array.from({ length: selections }, (_, index) => `a${index}: child { ...F b${index}: y }`);
  return `query ${definition} { node { ${children.join(' ')} } }
    fragment F on Node { leaf(by: { and: [${item.repeat(items)}] }) }`;
};

it.each([
  ['refused for what it says', { privileges: ['read:Node.leaf', 'read:Node.child', 'read:Node.y', 'read:Query'] }, 403],
  ['refused for its price', { privileges: ['*:*'], plan: 'FREE' }, 400],
])('a literal is read a few times, in however many selections its fragment stands: %s', async (_, key, status) => {
  for (const [query, variables] of [
    [document('{ x: 1 }'), {}],
    [document('{ x: 1 } { x: $x }', '($x: Counted)'), { x: 1 }],
  ] as const) {
    const { schema, reads } = openCounted();
    const answer = await openTestSurface(schema, { key }).post({ query, variables });
    expect(answer.status).toBe(status);
    // By validation, for the price, and for what is given.
    expect(reads.count).toBeLessThanOrEqual(6 * items);
  }
});

it.each([
  ['{ x: 1 }', ''],
  ['{ x: $x } { and: [{ x: $x }] }', '($x: Counted)'],
  ['$by', '($by: By!)'],
])('what a literal supplies is asked for once, however often it is said: %s', (item, definition) => {
  const compiled = compileSchema(openCounted().schema);
  const planned = compileDocument(compiled, parse(document(item, definition)), undefined, {
    maxSteps: 10_000,
    maxDepth: 15,
  });
  if (planned.kind !== 'PLANNED') throw new Error(planned.kind);
  const { demands } = compileDemands(compiled, planned.plan);
  expect(demands.length).toBeLessThanOrEqual(10 * selections);
});
