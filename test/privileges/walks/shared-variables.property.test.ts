import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { compileFormula } from '../../../src/cost/compile-formula.ts';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import { declare } from '../../../src/plan/declare.ts';
import { checkDemands, compileDemands } from '../../../src/privileges/demands.ts';
import { deniedFields } from '../../../src/privileges/null-mode.ts';
import { type Random, randomOf } from '../../cost/random.ts';
import { places } from '../../plan/places.ts';
import { held } from '../held.ts';

const cases = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 60);
vi.setConfig({ testTimeout: 30_000 + cases * 400 });

/** The same value, and how often something below it was read. */
function counted(value: unknown) {
  let reads = 0;
  const watch = (inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null
      ? new Proxy(inner, {
          get(target, key, receiver) {
            reads++;
            return watch(Reflect.get(target, key, receiver));
          },
        })
      : inner;
  return { value: watch(value), reads: () => reads };
}

/** A variable, and the fields that take it, of each of which there may be any number. */
interface SharedVariable {
  readonly operation: 'query' | 'mutation';
  readonly type: string;
  readonly value: unknown;
  readonly field: string;
}

function sharedVariable(random: Random): SharedVariable {
  const many = <Value>(make: () => Value) => Array.from({ length: random.whole(1, 40) }, make);
  const filter = (): object => ({
    ...(random.chance(0.7) && { name: { in: many(() => 'x') } }),
    ...(random.chance(0.7) && { population: { gte: 1 } }),
    ...(random.chance(0.2) && { and: [filter()] }),
  });
  const city = (): object => ({ name: 'x', ...(random.chance(0.5) && { note: 'x', population: 1 }) });
  return random.pick<SharedVariable>([
    {
      operation: 'query',
      type: 'CityFilter',
      value: { and: many(filter) },
      field: 'cities(filter: $v) { totalCount }',
    },
    {
      operation: 'query',
      type: '[CityFilter!]',
      value: many(filter),
      field: 'cities(filter: { and: $v }) { totalCount }',
    },
    {
      operation: 'mutation',
      type: 'CreateCityInput!',
      value: { name: 'x', parts: many(city) },
      field: 'createCity(input: $v) { __typename }',
    },
    {
      operation: 'mutation',
      type: '[CreateCityInput!]',
      value: many(city),
      field: 'createCity(input: { name: "x", parts: $v }) { __typename }',
    },
  ]);
}

function opened({ operation, type, field }: SharedVariable, fields: number) {
  const aliases = Array.from({ length: fields }, (_, index) => `a${index}: ${field}`);
  const document = parse(`${operation} ($v: ${type}) { ${aliases.join(' ')} }`);
  expect(validate(places.schema, document)).toEqual([]);
  const answer = compileDocument(places, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  return { plan: answer.plan, demands: compileDemands(places, answer.plan) };
}

const weighed = compileSchema(
  declare(
    buildSchema(`
      directive @cost(weight: String!) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
      type Query { t(in: [Row!], one: Row): Int }
      input Row { a: Int @cost(weight: "2") b: [Row!] c: Int }
    `),
    { undeclaredArguments: 'NEUTRAL' },
  ),
);

describe('a variable that many fields share', () => {
  it(`is read once for what they lack (${cases} cases)`, () => {
    for (let seed = 1; seed <= cases; seed++) {
      const random = randomOf(seed);
      const shared = sharedVariable(random);
      const rules = random.pick([[], ['read:Query'], ['read:*'], ['read:City.name', 'write:Mutation']]);
      const privileges = held(rules, places);
      const few = opened(shared, 1);
      const many = opened(shared, random.whole(2, 120));
      for (const [name, judge] of [
        ['checkDemands', ({ demands }: typeof few, raw: object) => checkDemands(demands, privileges, variables(raw))],
        [
          'deniedFields',
          ({ plan, demands }: typeof few, raw: object) => deniedFields(plan, demands, privileges, variables(raw)),
        ],
      ] as const) {
        const [once, often] = [counted(shared.value), counted(shared.value)];
        judge(few, { v: once.value });
        judge(many, { v: often.value });
        expect(often.reads(), `${name}, seed ${seed}`).toBe(once.reads());
      }
      const lacking = (operation: typeof few) =>
        checkDemands(operation.demands, privileges, variables({ v: shared.value })).map(({ rule }) => rule);
      expect(lacking(many), `seed ${seed}`).toEqual(lacking(few));
    }
  });

  it(`is read once for what it costs (${cases} cases)`, () => {
    for (let seed = 1; seed <= cases; seed++) {
      const random = randomOf(seed);
      const row = (depth: number): object => ({
        ...(random.chance(0.7) && { a: 1 }),
        c: 1,
        ...(depth > 0 && { b: Array.from({ length: random.whole(0, 5) }, () => row(depth - 1)) }),
      });
      const value = Array.from({ length: random.whole(1, 20) }, () => row(2));
      const field = random.pick(['t(in: $v)', 't(one: { b: $v })']);
      const formulaOf = (fields: number) => {
        const aliases = Array.from({ length: fields }, (_, index) => `a${index}: ${field}`);
        const document = parse(`query ($v: [Row!]) { ${aliases.join(' ')} }`);
        expect(validate(weighed.schema, document)).toEqual([]);
        const answer = compileDocument(weighed, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
        if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
        return compileFormula(weighed, answer.plan);
      };
      const [few, many] = [formulaOf(1), formulaOf(random.whole(2, 120))];
      for (const [name, price] of [
        ['estimate', (formula: typeof few, coerced: object) => formula.estimate({ ...coerced })],
        ['breakdown', (formula: typeof few, coerced: object) => formula.breakdown({ ...coerced })],
        ['topFields', (formula: typeof few, coerced: object) => formula.topFields({ ...coerced })],
      ] as const) {
        const [once, often] = [counted(value), counted(value)];
        price(few, { v: once.value });
        price(many, { v: often.value });
        // A few texts beside: the list is asked what it is each time.
        expect(often.reads(), `${name}, seed ${seed}`).toBeLessThanOrEqual(once.reads() * 2 + 3 * 120);
      }
      const points = (formula: typeof few) => {
        const estimate = formula.estimate({ v: value });
        if (estimate.kind !== 'PRICED') throw new Error(estimate.message);
        return estimate.points;
      };
      expect(points(formulaOf(10)), `seed ${seed}`).toBe(10 * points(few));
    }
  });
});

function variables(raw: object) {
  return { raw: raw as Readonly<Record<string, unknown>>, coerced: { ...raw } };
}
