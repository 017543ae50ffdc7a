import fc from 'fast-check';
import { type DocumentNode, Kind, type NameNode, parse, print, visit } from 'graphql';
import { expect, test, vi } from 'vitest';
import { generateData } from '../cost/generate-data.ts';
import { generateOperation } from '../cost/generate-document.ts';
import { generateSchema } from '../cost/generate-schema.ts';
import { compileSchema, schemaOf } from '../cost/priced.ts';
import { type Random, randomOf } from '../cost/random.ts';
import { hostileNames } from '../support/hostile-names.ts';
import { openTestSurface } from '../support/test-surface.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 60);
vi.setConfig({ testTimeout: 60_000 + numRuns * 100 });
const seeds = fc.noBias(fc.noShrink(fc.nat()));

/** Gives each different name another, the same wherever it stands. */
function renaming(random: Random): (kind: string, name: string) => string {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return (kind, name) => {
    const known = given.get(`${kind} ${name}`);
    if (known !== undefined) return known;
    const start = random.whole(0, hostileNames.length - 1);
    const free = hostileNames.map((_, index) => hostileNames[(start + index) % hostileNames.length] ?? '');
    // A response key that means two things would be another document.
    const made = free.find((each) => !taken.has(`${kind} ${each}`)) ?? `${kind}_${taken.size}`;
    given.set(`${kind} ${name}`, made);
    taken.add(`${kind} ${made}`);
    return made;
  };
}

/** The same operation, in which the caller has called everything something else. */
function renamed(document: DocumentNode, random: Random) {
  const nameOf = renaming(random);
  const as = (kind: string, node: NameNode): NameNode => ({ kind: Kind.NAME, value: nameOf(kind, node.value) });
  const fragments = (name: NameNode) => as('fragment', name);
  const other = visit(document, {
    Variable: (node) => ({ ...node, name: as('variable', node.name) }),
    Field: (node) => ({ ...node, alias: as('alias', node.alias ?? node.name) }),
    FragmentSpread: (node) => ({ ...node, name: fragments(node.name) }),
    FragmentDefinition: (node) => ({ ...node, name: fragments(node.name) }),
  });
  return { source: print(other), nameOf };
}

test('actual ≤ requested, and the price is the same, whatever a caller calls things', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const random = randomOf(seed);
      const abstract = random.chance(0.5);
      const schema = schemaOf(generateSchema(random, { abstract }));
      const { source, variables } = generateOperation(random, schema);
      const { source: hostile, nameOf } = renamed(parse(source), random);
      generateData(random, schema, compileSchema(schema), { full: true });
      const { post, violations } = openTestSurface(schema);
      const entries = Object.entries(variables).map(
        ([name, value]) => `${JSON.stringify(nameOf('variable', name))}:${JSON.stringify(value)}`,
      );
      const plain = await post({ query: source, variables });
      const other = await post(`{"query":${JSON.stringify(hostile)},"variables":{${entries.join(',')}}}`);
      // Where every field has an alias there are more tokens, perhaps more than a document may have.
      if (other.codes.includes('QUERY_TOO_COMPLEX')) return;
      expect([other.status, other.codes], hostile).toEqual([plain.status, plain.codes]);
      expect(other.status).toBeLessThan(500);
      const { cost } = other.body.extensions ?? {};
      // Dearer than the key may spend at once, or never priced: it did not run.
      if (cost?.actualQueryCost == null) return;
      answered++;
      expect(cost.requestedQueryCost).toBe(plain.body.extensions.cost.requestedQueryCost);
      expect(cost.actualQueryCost).toBeLessThanOrEqual(cost.requestedQueryCost);
      expect(violations()).toBe(0);
      for (const { path } of other.body.errors ?? []) expect(path).toEqual(expect.any(Array));
      // Objects of abstract types are of another type each time.
      if (abstract) return;
      expect(cost.actualQueryCost).toBe(plain.body.extensions.cost.actualQueryCost);
      const values = (data: unknown): unknown =>
        Array.isArray(data)
          ? data.map(values)
          : typeof data === 'object' && data !== null
            ? Object.values(data).map(values)
            : data;
      expect(values(other.body.data), hostile).toEqual(values(plain.body.data));
    }),
    { numRuns },
  );
  expect(answered).toBeGreaterThan(0);
});
