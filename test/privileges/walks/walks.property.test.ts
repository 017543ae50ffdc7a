import { buildSchema, parse, visit } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { compileFormula } from '../../../src/cost/compile-formula.ts';
import { isUrgent } from '../../../src/pipeline/admit/urgent.ts';
import { argumentChecks } from '../../../src/pipeline/document/check-arguments.ts';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import { type DocumentPlan, holds, type SelectionPlan } from '../../../src/plan/document-plan.ts';
import type { CompiledPrivileges } from '../../../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands } from '../../../src/privileges/demands.ts';
import { measuredPrivileges } from '../../../src/privileges/measured-privileges.ts';
import { type DeniedFields, denialErrors, deniedFields, withoutDenied } from '../../../src/privileges/null-mode.ts';
import { randomOf } from '../../cost/random.ts';
import { held } from '../held.ts';
import { cyclicOperation } from './cyclic.ts';

const cases = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 100);
vi.setConfig({ testTimeout: 30_000 + cases * 400 });

const values = { raw: {}, coerced: { yes: true } };

/** Counts how often a walk comes to a selection or to the fields of a type, and ends one that does not end by itself. */
function counting(most: number) {
  let visits = 0;
  return {
    count() {
      visits++;
      if (visits > most) throw new Error(`more than ${most} visits`);
    },
    begin() {
      visits = 0;
    },
  };
}

/** The same objects, that tell when somebody reads them. */
function watch({ selections }: DocumentPlan, visit: () => void): void {
  const tells = <Key extends string>(object: Readonly<Record<Key, unknown>>, key: Key) => {
    const value = object[key];
    Object.defineProperty(object, key, {
      enumerable: true,
      get() {
        visit();
        return value;
      },
    });
  };
  for (const selection of selections) {
    for (const ofType of selection.byType) tells(ofType, 'fields');
    tells(selection, 'byType');
  }
}

function watched(privileges: CompiledPrivileges, visit: () => void): CompiledPrivileges {
  return {
    ...privileges,
    has(bit) {
      visit();
      return privileges.has(bit);
    },
    seesObject(type) {
      visit();
      return privileges.seesObject(type);
    },
  };
}

/** Selections with their types and fields: how large a plan is. */
function sizeOf({ selections }: DocumentPlan): number {
  return selections.reduce(
    (size, { byType }) => byType.reduce((sum, { fields }) => sum + 1 + fields.length, size + 1),
    0,
  );
}

/** Every walk over a plan that a request can ask for, under each `onDenied` and with privileges that are measured. */
function walks(compiled: CompiledSchema, plan: DocumentPlan, source: string, privileges: CompiledPrivileges) {
  const document = parse(source);
  const demands = compileDemands(compiled, plan);
  const formula = compileFormula(compiled, plan);
  const denied = deniedFields(plan, demands, privileges, values);
  const nulls = denied && { has: denied.denials.has.bind(denied.denials), typeKey: '__typename_' };
  const ofWhole: readonly (readonly [string, () => unknown])[] = [
    ['the demands', () => compileDemands(compiled, plan)],
    ['the formula', () => compileFormula(compiled, plan)],
    ['REJECT and HIDE', () => checkDemands(demands, privileges, values)],
    ['MEASURE', () => checkDemands(demands, measuredPrivileges(compiled, privileges), values)],
    ['NULL', () => deniedFields(plan, demands, privileges, values)],
    ['the price', () => formula.estimate(values.coerced, privileges)],
    ['report and validate', () => formula.breakdown(values.coerced, privileges)],
    ['the dearest fields', () => formula.topFields(values.coerced, privileges)],
    ['what ends a key', () => isUrgent(plan, new Map([['n', { payload: {} }]]), () => values.coerced)],
    ['arguments', () => argumentChecks(compiled.schema, document, plan, { reads: () => false, read: () => undefined })],
  ];
  if (!denied) return ofWhole;
  return [
    ...ofWhole,
    ['the errors of NULL', () => denialErrors(plan, denied)],
    ['what NULL leaves', () => withoutDenied(plan, denied, document)],
    ['the price of what NULL leaves', () => nulls && formula.withNulls(nulls).breakdown(values.coerced, privileges)],
  ] as const;
}

/** Every path that is null for a key, and the rules that it lacks there, by following each way through the types. */
function byEachWay(plan: DocumentPlan, denied: DeniedFields): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const note = (path: readonly string[], rules: readonly { readonly rule: string }[]) => {
    const before = found.get(path.join('.')) ?? new Set();
    found.set(path.join('.'), new Set([...before, ...rules.map(({ rule }) => rule)]));
  };
  const follow = (selection: SelectionPlan, path: readonly string[]): void => {
    const ofTypes = denied.types.get(selection);
    if (ofTypes) note(path, ofTypes);
    for (const { fields } of denied.seenTypes(selection)) {
      for (const field of fields) {
        if (!holds(field.when, values.coerced)) continue;
        const denials = denied.denials.get(field);
        if (denials) note([...path, field.responseKey], denials);
        else if (field.kind === 'FIELD' && field.selection) follow(field.selection, [...path, field.responseKey]);
      }
    }
  };
  follow(plan.root, []);
  return found;
}

describe('a walk over an operation', () => {
  it(`comes to each selection a few times, however many ways lead there (${cases} cases)`, () => {
    for (let seed = 1; seed <= cases; seed++) {
      const { compiled, plan, source, rules, sdl } = cyclicOperation(randomOf(seed), 6, 15);
      const said = `seed ${seed}\n${sdl}\n${source}\n${rules}`;
      const visits = counting(20 * sizeOf(plan) + 4_000);
      const privileges = watched(held(rules, compiled), visits.count);
      watch(plan, visits.count);
      for (const [name, walk] of walks(compiled, plan, source, privileges)) {
        visits.begin();
        expect(walk, `${name}, ${said}`).not.toThrow();
      }
    }
  });

  it.each([
    [2, 15],
    [4, 15],
    [40, 15],
    [300, 11],
  ])('does so where %i types lead back to themselves %i levels deep', (types, depth) => {
    const names = Array.from({ length: types }, (_, index) => `type T${index} implements N { x: String next: N }`);
    const compiled = compileSchema(buildSchema(`interface N { x: String next: N } type Query { n: N } ${names}`));
    const way = '{ __typename @include(if: $yes) next '.repeat(depth - 2);
    const source = `query ($yes: Boolean!) { n ${way} { x } ${'}'.repeat(depth - 2)} }`;
    const answer = compileDocument(compiled, parse(source), undefined, { maxSteps: 10_000, maxDepth: 15 });
    if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
    const { plan } = answer;
    const visits = counting(20 * sizeOf(plan));
    watch(plan, visits.count);
    for (const denied of ['!read:T0.x', '!read:T0.next', '!read:T0', '!read:N']) {
      const privileges = watched(
        held(denied === '!read:N' ? ['read:Query'] : ['read:*', denied], compiled),
        visits.count,
      );
      for (const [name, walk] of walks(compiled, plan, source, privileges)) {
        visits.begin();
        expect(walk, `${name}, ${denied}`).not.toThrow();
      }
    }
  });

  it.each([
    [3, 15],
    [90, 12],
    [300, 8],
  ])('executes a document as long as the plan where %i types lead to each other %i levels deep', (types, depth) => {
    const names = Array.from({ length: types }, (_, index) => `type T${index} implements N { x: String next: N }`);
    const compiled = compileSchema(buildSchema(`interface N { x: String next: N } type Query { n: N } ${names}`));
    const document = parse(`{ n ${'{ next '.repeat(depth - 2)}{ x } ${'}'.repeat(depth - 2)} }`);
    const answer = compileDocument(compiled, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
    if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
    const { plan } = answer;
    const privileges = held(['read:*', '!read:T0.x'], compiled);
    const denied = deniedFields(plan, compileDemands(compiled, plan), privileges, values);
    if (!denied) throw new Error('x is denied');
    let nodes = 0;
    visit(withoutDenied(plan, denied, document).document, { enter: () => void nodes++ });
    expect(nodes).toBeLessThan(20 * sizeOf(plan));
  });

  it(`tells of the same fields as following each way (${cases} cases)`, () => {
    let compared = 0;
    for (let seed = 1; seed <= cases; seed++) {
      const { compiled, plan, source, rules, sdl } = cyclicOperation(randomOf(seed), 3, 6);
      const denied = deniedFields(plan, compileDemands(compiled, plan), held(rules, compiled), values);
      if (!denied) continue;
      const said = `seed ${seed}\n${sdl}\n${source}\n${rules}`;
      const errors = denialErrors(plan, denied);
      const expected = byEachWay(plan, denied);
      expect(errors.length, said).toBe(Math.min(expected.size, 20));
      compared += errors.length > 1 ? 1 : 0;
      for (const { path = [], extensions } of errors) {
        const lacking = expected.get(path.join('.'));
        expect(new Set(extensions['required'] as string[]), said).toEqual(lacking);
      }
      expect(new Set(errors.map(({ path }) => path?.join('.'))).size, said).toBe(errors.length);
      expect(
        errors.some(({ extensions }) => extensions['more'] === true),
        said,
      ).toBe(expected.size > 20);
    }
    expect(compared).toBeGreaterThan(cases / 4);
  });

  it('names twenty privileges of a field that lacks more, and says how many others there are', () => {
    const names = Array.from({ length: 30 }, (_, index) => `type T${index} implements N { x: String y: Int }`);
    const compiled = compileSchema(buildSchema(`interface N { x: String y: Int } type Query { n: N } ${names}`));
    const answer = compileDocument(compiled, parse('{ n { x y } }'), undefined, { maxSteps: 10_000, maxDepth: 15 });
    if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
    const { plan } = answer;
    const privileges = held(['read:Query', ...names.map((_, index) => `read:T${index}.y`)], compiled);
    const denied = deniedFields(plan, compileDemands(compiled, plan), privileges, values);
    if (!denied) throw new Error('x is denied');
    const [error, ...others] = denialErrors(plan, denied);
    expect(others).toEqual([]);
    expect(error?.message).toMatch(/It needs the privileges read:T0\.x, .*, read:T19\.x and 10 more\.$/);
    expect(error?.extensions['required']).toHaveLength(20);
  });
});
