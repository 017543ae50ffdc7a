import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  NoUnusedVariablesRule,
  parse,
  print,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledField, CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import type { SelectionPlan } from '../../../src/plan/document-plan.ts';
import type { CompiledPrivileges } from '../../../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands } from '../../../src/privileges/demands.ts';
import { guardRuntimeTypes } from '../../../src/privileges/guard-runtime-types.ts';
import { denialErrors, deniedFields, restoreNulls, withoutDenied } from '../../../src/privileges/null-mode.ts';
import { type Random, randomOf } from '../../cost/random.ts';
import { held } from '../held.ts';
import { generateDocument, generateSdl } from './generate-operation.ts';

const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);
const cases = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 400);
vi.setConfig({ testTimeout: 30_000 + cases * 40 });
const firstSeed = Number(process.env['NULL_MODE_SEED'] ?? 1);

interface Subject {
  readonly compiled: CompiledSchema;
  readonly privileges: CompiledPrivileges;
  readonly source: string;
  readonly variables: { readonly no: boolean; readonly yes?: boolean };
}

/**
 * Data that depend on the response path alone, so that two executions of one operation see the same. What `refused` says
 * throws: graphql-js then puts the null where the specification wants it.
 */
function dataFor(
  schema: GraphQLSchema,
  { objects }: CompiledSchema,
  seed: number,
  refused: (field: CompiledField) => boolean,
) {
  const resolved = new Set<CompiledField>();
  const choose = (path: string) =>
    randomOf([...`${seed}${path}`].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 7));
  const dataOf = (type: GraphQLOutputType, path: string): unknown => {
    const random = choose(path);
    const nullable = getNullableType(type);
    if (nullable === type && random.chance(0.1)) return null;
    if (isListType(nullable)) {
      return Array.from({ length: random.whole(0, 2) }, (_, index) => dataOf(nullable.ofType, `${path}.${index}`));
    }
    if (isAbstractType(nullable)) return { __typename: random.pick(schema.getPossibleTypes(nullable)).name };
    return isObjectType(nullable) ? { __typename: nullable.name } : random.whole(0, 9);
  };
  for (const object of objects) {
    const type = schema.getType(object.name);
    if (!isObjectType(type)) continue;
    for (const field of object.fields.values()) {
      const definition = type.getFields()[field.coordinate.field];
      if (!definition) continue;
      definition.resolve = (_source, _args, _context, { path }) => {
        resolved.add(field);
        if (refused(field)) throw new Error('denied');
        let text = '';
        for (let at: typeof path | undefined = path; at; at = at.prev) text = `${at.key}.${text}`;
        return dataOf(definition.type, text);
      };
    }
  }
  return resolved;
}

function subjectOf(random: Random): Subject & { readonly sdl: string } {
  for (;;) {
    const sdl = generateSdl(random);
    const compiled = compileSchema(buildSchema(sdl));
    const share = random.pick([0.5, 0.8, 0.95]);
    const texts = compiled.coordinates.map(({ type, field }) => `read:${type}.${field}`);
    const privileges = held(texts.filter(() => random.chance(share)).slice(0, 250), compiled);
    for (let attempt = 0; attempt < 10; attempt++) {
      const source = generateDocument(random, compiled.schema);
      if (validate(compiled.schema, parse(source), rules).length > 0) continue;
      return {
        sdl,
        compiled,
        privileges,
        source,
        variables: { no: random.chance(0.5), ...(random.chance(0.5) && { yes: false }) },
      };
    }
  }
}

/** A plan as text, whatever its selections are numbered. */
function written({ byType }: SelectionPlan): unknown {
  return byType.map(({ type, fields }) => [
    type.name,
    ...fields.map((field) => {
      const { kind, responseKey, when } = field;
      if (kind !== 'FIELD') return { kind, responseKey, when };
      const { coordinate } = field.field;
      const given = field.arguments.map(({ argument, value }) => [argument.name, print(value)]);
      return { kind, responseKey, when, coordinate, given, below: field.selection && written(field.selection) };
    }),
  ]);
}

function runWithNulls(subject: Subject, seed: number) {
  const { compiled, privileges, source, variables } = subject;
  const document = parse(source);
  const answer = compileDocument(compiled, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const { plan } = answer;
  const values = { raw: variables, coerced: { yes: true, ...variables } };
  const denied = deniedFields(plan, compileDemands(compiled, plan), privileges, values);
  if (!denied) return undefined;
  const left = withoutDenied(plan, denied, document);
  const resolved = dataFor(compiled.schema, compiled, seed, () => false);
  const contextValue = { access: privileges };
  const args = { schema: compiled.schema, document: left.document, variableValues: variables, contextValue };
  const result = execute(args) as ExecutionResult;
  const replanned = compileDocument(compiled, left.document, undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (replanned.kind !== 'PLANNED') throw new Error(replanned.kind);
  const restored = restoreNulls(plan.root, denied, left.typeKey, result.data ?? null, Number.POSITIVE_INFINITY);
  if (restored.kind !== 'RESTORED') throw new Error(restored.kind);
  return {
    data: restored.data,
    errors: denialErrors(plan, denied),
    resolved,
    stillDenied: checkDemands(compileDemands(compiled, replanned.plan), privileges, values),
    planned: written(left.plan.root),
    replanned: written(replanned.plan.root),
  };
}

describe('what NULL makes of an operation', () => {
  it(`is the whole answer with nulls where graphql-js puts them when denied fields fail (${cases} cases, seed ${firstSeed})`, () => {
    let compared = 0;
    for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
      const subject = subjectOf(randomOf(seed));
      const { compiled, privileges, source, variables } = subject;
      const isDenied = ({ needs, possibleTypes }: CompiledField) =>
        !needs.every(privileges.has) || (possibleTypes.length > 0 && !possibleTypes.some(privileges.seesObject));
      guardRuntimeTypes(compiled.schema);
      const found = runWithNulls(subject, seed);
      if (!found) continue;
      compared++;

      const reference = buildSchema(subject.sdl);
      dataFor(reference, compiled, seed, isDenied);
      guardRuntimeTypes(reference);
      const contextValue = { access: privileges };
      const expected = execute({ schema: reference, document: parse(source), variableValues: variables, contextValue });
      const { data, errors = [] } = expected as ExecutionResult;
      const said = `seed ${seed}\n${subject.sdl}\n${source}\n${JSON.stringify(variables)}`;
      expect(JSON.parse(JSON.stringify(found.data)), said).toEqual(JSON.parse(JSON.stringify(data)));
      expect([...found.resolved].filter(isDenied), said).toEqual([]);
      expect(found.stillDenied, said).toEqual([]);
      // What is judged is what is executed.
      expect(found.planned, said).toEqual(found.replanned);

      const paths = found.errors.map(({ path }) => path?.join('.') ?? '');
      expect(new Set(paths).size, said).toBe(paths.length);
      if (paths.length < 20) {
        for (const { message, path = [] } of errors) {
          if (message !== 'denied') continue;
          expect(paths, said).toContain(path.filter((key) => typeof key === 'string').join('.'));
        }
      }
    }
    expect(compared).toBeGreaterThan(cases / 4);
  });

  it('takes time in proportion to the document when fragments multiply its paths', () => {
    const compiled = compileSchema(buildSchema('type Query { t: T } type T { a: Int b: Int t: T u: T }'));
    const fragments = Array.from(
      { length: 13 },
      (_, n) => `fragment F${n} on T { t { ...F${n + 1} } u { ...F${n + 1} } }`,
    );
    const source = `{ t { ...F0 } } ${fragments.join(' ')} fragment F13 on T { a b }`;
    const privileges = held(['read:Query', 'read:T', '!read:T.b'], compiled);
    const document = parse(source);
    const answer = compileDocument(compiled, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
    if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
    const denied = deniedFields(answer.plan, compileDemands(compiled, answer.plan), privileges, {
      raw: {},
      coerced: {},
    });
    if (!denied) throw new Error('b is denied');
    const { document: left } = withoutDenied(answer.plan, denied, document);
    expect(left.definitions.length).toBeLessThan(40);
    const errors = denialErrors(answer.plan, denied);
    expect(errors).toHaveLength(20);
    expect(errors.at(-1)?.extensions['more']).toBe(true);
  });
});
