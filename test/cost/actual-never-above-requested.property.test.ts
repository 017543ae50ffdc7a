import fc from 'fast-check';
import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  parse,
  type SelectionNode,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, test, vi } from 'vitest';
import type { ListBoundViolation } from '../../src/cost/actual-cost.ts';
import type { Granted } from '../../src/cost/compile-formula.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import { pool } from '../support/pool.ts';
import { generateData } from './generate-data.ts';
import { generateOperation } from './generate-document.ts';
import { generateSchema } from './generate-schema.ts';
import { actualPoints, compileSchema, type Priced, price, schemaOf } from './priced.ts';
import { type Random, randomOf } from './random.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 40);
/** More runs take longer; the time is no assertion. */
vi.setConfig({ testTimeout: 30_000 + numRuns * 40 });
const seeds = fc.noBias(fc.noShrink(fc.nat()));

interface Case {
  readonly random: Random;
  readonly schema: GraphQLSchema;
  readonly compiled: CompiledSchema;
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

const schemas = {
  abstract: pool(400, (seed) => compileSchema(schemaOf(generateSchema(randomOf(seed), { abstract: true })))),
  concrete: pool(400, (seed) => compileSchema(schemaOf(generateSchema(randomOf(seed), { abstract: false })))),
};

function caseOf(seed: number, kind: keyof typeof schemas): Case {
  const random = randomOf(seed);
  const compiled = schemas[kind](seed);
  const { schema } = compiled;
  const { source, variables } = generateOperation(random, schema);
  return { random, schema, compiled, document: parse(source), variables };
}

test('actual ≤ requested, whatever resolvers return', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const { random, schema, compiled, document, variables } = caseOf(seed, 'abstract');
      const priced = price(compiled, document, variables);
      const requested = outcome(priced);
      if (typeof requested === 'string') return;
      generateData(random, schema, compiled, { full: false });
      const { points, result } = await actualPoints(schema, compiled, priced);
      expect(
        result.errors?.find(
          ({ message }) => message !== 'a resolver failed' && !message.startsWith('Cannot return null'),
        ),
      ).toBeUndefined();
      expect(points).toBeLessThanOrEqual(requested);
    }),
    { numRuns },
  );
});

test('actual ≤ requested when resolvers return more than they may: none of it is answered', async () => {
  let tooLong = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const { random, schema, compiled, document, variables } = caseOf(seed, 'abstract');
      const priced = price(compiled, document, variables);
      const requested = outcome(priced);
      if (typeof requested === 'string') return;
      generateData(random, schema, compiled, { full: false, tooLong: true });
      const violations: ListBoundViolation[] = [];
      const { points, servedMore, result } = await actualPoints(schema, compiled, priced, {
        instrument: { report: (violation) => violations.push(violation) },
      });
      expect(points).toBeLessThanOrEqual(requested);
      expect(servedMore).toBe(false);
      for (const { length, bound } of violations) expect(length).toBeGreaterThan(bound);
      const refused = result.errors?.filter(({ extensions }) => extensions['code'] === 'LIST_TOO_LONG') ?? [];
      // Of errors that reach one null together only the first is told (GraphQL specification §6.4.4).
      expect(refused.length).toBeLessThanOrEqual(violations.length);
      for (const { path } of refused) expect(nullAt(result.data, path ?? [])).toBe(true);
      tooLong += refused.length;
    }),
    { numRuns },
  );
  expect(tooLong).toBeGreaterThan(0);
});

/** The field at the path, or something above it, is null. */
function nullAt(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const key of path) {
    if (value === null) return true;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value === null;
}

test('actual = requested when every list is full and nothing is null', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const { random, schema, compiled, document, variables } = caseOf(seed, 'concrete');
      const priced = price(compiled, document, variables);
      const requested = outcome(priced);
      if (typeof requested === 'string' || requested > 20_000) return;
      generateData(random, schema, compiled, { full: true });
      const { points, result } = await actualPoints(schema, compiled, priced);
      expect(result.errors).toBeUndefined();
      expect(points).toBe(requested);
    }),
    { numRuns },
  );
});

test('actual ≤ requested when the key may not read everything, and that costs no more than reading everything', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const { random, schema, compiled, document, variables } = caseOf(seed, 'abstract');
      const priced = price(compiled, document, variables);
      const granted = someGrants(random, compiled);
      const estimate = priced.formula.estimate(priced.coerced, granted);
      if (estimate.kind !== 'PRICED') return;
      const whole = outcome(priced);
      if (typeof whole === 'number') expect(estimate.points).toBeLessThanOrEqual(whole);
      generateData(random, schema, compiled, { full: false, granted });
      const { points } = await actualPoints(schema, compiled, priced, { meter: { granted } });
      expect(points).toBeLessThanOrEqual(estimate.points);
    }),
    { numRuns },
  );
});

test('the price is the same for aliases, inlined fragments, another order, and variables in place of literals', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { schema, compiled, document, variables } = caseOf(seed, 'abstract');
      const points = outcome(price(compiled, document, variables));
      expect(outcome(price(compiled, renamed(document), variables))).toBe(points);
      expect(outcome(price(compiled, inlined(document), variables))).toBe(points);
      // Of several page sizes that cannot be used the first is told, which in another order is another one.
      const told = typeof points === 'string' ? refusalsOf(compiled, document, variables) : [points];
      expect(told[0]).toBe(points);
      expect(told).toContain(outcome(price(compiled, reversed(document), variables)));
      const moved = literalsAsVariables(schema, document);
      expect(outcome(price(compiled, moved.document, { ...variables, ...moved.variables }))).toBe(points);
    }),
    // The example has two.
    { numRuns, examples: [[805252145]] },
  );
});

test('a larger page never costs less', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { compiled, document, variables } = caseOf(seed, 'abstract');
      const larger = visit(document, {
        Argument: (node) =>
          node.name.value === 'first' && node.value.kind === Kind.INT
            ? { ...node, value: { ...node.value, value: `${Number(node.value.value) + 5}` } }
            : undefined,
      });
      const points = outcome(price(compiled, document, variables));
      if (typeof points === 'string') return;
      expect(outcome(price(compiled, larger, variables))).toBeGreaterThanOrEqual(points);
    }),
    { numRuns },
  );
});

/** The codes of all page sizes that cannot be used, in the order of the document: each is found once those before are gone. */
function refusalsOf(compiled: CompiledSchema, document: DocumentNode, variables: Case['variables']): readonly string[] {
  const codes: string[] = [];
  let left = document;
  for (;;) {
    const estimate = price(compiled, left, variables).estimate();
    if (estimate.kind === 'PRICED') return codes;
    const { code, node } = estimate;
    if (node === undefined) throw new Error(`${code} is at no field`);
    codes.push(code);
    left = visit(left, { Field: (field) => (field === node ? skipped(field) : undefined) });
  }
}

/** What it names stays named, so that the document stays valid. */
function skipped(field: FieldNode): FieldNode {
  const [operation] = parse('{ it @skip(if: true) }').definitions;
  const [it] = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  return { ...field, directives: it?.directives ?? [] };
}

/** Points, or the code of the refusal. */
function outcome(priced: Priced): number | string {
  const estimate = priced.estimate();
  return estimate.kind === 'PRICED' ? estimate.points : estimate.code;
}

function someGrants(random: Random, compiled: CompiledSchema): Granted {
  const bits = new Set<number>();
  for (const { fields } of compiled.objects) {
    for (const { needs } of fields.values()) if (random.chance(0.7)) for (const bit of needs) bits.add(bit);
  }
  const hidden = new Set(
    compiled.objects
      .filter(({ structure, name }) => structure === undefined && name.length === 2 && random.chance(0.2))
      .map(({ index }) => index),
  );
  return { has: (bit) => bits.has(bit), seesObject: ({ index }) => !hidden.has(index) };
}

function renamed(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: (node) => ({ ...node, alias: { kind: Kind.NAME, value: `z_${(node.alias ?? node.name).value}` } }),
  });
}

function inlined(document: DocumentNode): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const inlineIn = <Node extends ASTNode>(node: Node): Node =>
    visit(node, {
      FragmentSpread(spread): InlineFragmentNode | undefined {
        const fragment = fragments.get(spread.name.value);
        return (
          fragment && {
            kind: Kind.INLINE_FRAGMENT,
            typeCondition: fragment.typeCondition,
            directives: spread.directives ?? [],
            selectionSet: inlineIn(fragment.selectionSet),
          }
        );
      },
    });
  return {
    ...document,
    definitions: document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).map(inlineIn),
  };
}

function reversed(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet: { leave: (node) => ({ ...node, selections: node.selections.toReversed() as SelectionNode[] }) },
  });
}

function literalsAsVariables(schema: GraphQLSchema, document: DocumentNode) {
  const types = new TypeInfo(schema);
  const definitions: string[] = [];
  const variables: Record<string, unknown> = {};
  const changed = visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Directive: () => false,
      Argument(node) {
        const argument = types.getArgument();
        if (!argument || node.value.kind === Kind.VARIABLE) return undefined;
        // Equal calls must stay equal, so that they still merge.
        const key = `x_${JSON.stringify(valueFromASTUntyped(node.value))}_${argument.type}`.replace(
          /[^A-Za-z0-9]/g,
          (sign) => `_${sign.charCodeAt(0)}_`,
        );
        if (!(key in variables)) definitions.push(`$${key}: ${argument.type}`);
        variables[key] = valueFromASTUntyped(node.value);
        return { ...node, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: key } } };
      },
    }),
  );
  const extra = parse(`query (${['$unused: Int', ...definitions].join(', ')}) { __typename }`).definitions[0];
  const added = extra?.kind === Kind.OPERATION_DEFINITION ? (extra.variableDefinitions ?? []).slice(1) : [];
  return {
    variables,
    document: visit(changed, {
      OperationDefinition: (node) => ({
        ...node,
        variableDefinitions: [...(node.variableDefinitions ?? []), ...added],
      }),
    }),
  };
}
