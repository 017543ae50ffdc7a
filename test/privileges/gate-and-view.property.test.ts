import fc from 'fast-check';
import {
  assertValidSchema,
  buildClientSchema,
  type DocumentNode,
  executeSync,
  type GraphQLResolveInfo,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  introspectionFromSchema,
  isAbstractType,
  isLeafType,
  isListType,
  parse,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, test } from 'vitest';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands } from '../../src/privileges/demands.ts';
import { filterSchema } from '../../src/privileges/view/filter-schema.ts';
import { pool } from '../support/pool.ts';
import { whatIsLeft } from '../support/what-is-left.ts';
import { generateOperation } from './generated/generate-document.ts';
import { generateRules, generateSchema, generateWritingRules } from './generated/generate-schema.ts';
import { randomFrom } from './generated/random.ts';
import { plainly, render, type Writing, type Written } from './generated/render.ts';
import { held } from './held.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 40);
/** More runs take longer; the time is no assertion. */
const timeout = 30_000 + numRuns * 40;
const seeds = fc.noBias(fc.noShrink(fc.nat()));

const schemaOf = pool(400, (seed) => generateSchema(randomFrom(seed)));

function caseOf(seed: number, kind: 'EXACT' | 'LOOSE' = 'LOOSE') {
  const random = randomFrom(seed);
  const schema = schemaOf(seed);
  const rules = random.chance(0.3) ? generateWritingRules(random, schema) : generateRules(random, schema);
  const operation = generateOperation(random, schema, kind);
  const rootName = operation.operation === 'query' ? 'Query' : 'Mutation';
  const write = (writing: Writing): Written => render(operation, writing, rootName);
  // What is loose is now and then too loose for the schema itself.
  const isNoCase = operation.selections.length === 0 || !isValid(schema, write(plainly));
  const other = generateOperation(random, schema, kind);
  const otherRoot = other.operation === 'query' ? 'Query' : 'Mutation';
  /** With an operation beside it that is not asked for. */
  const writeBeside = (writing: Writing): Written => {
    const asked = write(writing);
    if (other.selections.length === 0) return asked;
    const beside = render(other, { ...writing, name: 'Other' }, otherRoot);
    return { source: `${asked.source}\n${beside.source}`, variables: asked.variables };
  };
  return { random, schema, rules, privileges: held(rules, schema), write, writeBeside, isNoCase };
}

function isValid(schema: CompiledSchema, { source }: Written): boolean {
  return validate(schema.schema, parse(source)).length === 0;
}

/** Rules that the gate misses, sorted. */
function gate(schema: CompiledSchema, privileges: CompiledPrivileges, { source, variables }: Written): string[] {
  const document = parse(source);
  expect(validate(schema.schema, document).map(({ message }) => message)).toEqual([]);
  const answer = compileDocument(schema, document, 'Q', { maxSteps: 10_000, maxDepth: 20 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const demands = compileDemands(schema, answer.plan);
  const coerced = getVariableValues(schema.schema, answer.plan.operation.variableDefinitions ?? [], variables);
  expect(coerced.errors).toBeUndefined();
  return checkDemands(demands, privileges, { raw: variables, coerced: coerced.coerced ?? {} })
    .map(({ rule }) => rule)
    .sort();
}

function problemsOnView(
  view: ReturnType<typeof filterSchema>,
  { source, variables }: Written,
  document = parse(source),
): string[] {
  const problems = validate(view, document).map(({ message }) => message);
  if (problems.length > 0) return problems;
  const operation = operationOf(document);
  // graphql-js finds nothing wrong with an operation for which the schema has no type; execution does.
  if (view.getRootType(operation.operation) == null) return ['no such operation type'];
  return (getVariableValues(view, operation.variableDefinitions ?? [], variables).errors ?? []).map(
    ({ message }) => message,
  );
}

/**
 * Nothing is wrong but names of types that the view does not reach: abstract ones of which no field is selected, and
 * objects that the key can see. The gate may let them pass (ADR 11).
 */
function isNamedOnly(
  schema: CompiledSchema,
  { seesObject }: CompiledPrivileges,
  problems: readonly string[],
  document: DocumentNode,
): boolean {
  const unknown = new Set<string>();
  for (const problem of problems) {
    const name = /^Unknown type "(\w+)"/.exec(problem)?.[1];
    if (name === undefined) return false;
    const object = schema.objectByName.get(name);
    if (object !== undefined ? !seesObject(object) : !isAbstractType(schema.schema.getType(name))) return false;
    if (object === undefined) unknown.add(name);
  }
  let isUsed = false;
  const types = new TypeInfo(schema.schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        if (name.value !== '__typename' && unknown.has(types.getParentType()?.name ?? '')) isUsed = true;
      },
    }),
  );
  return problems.length > 0 && !isUsed;
}

function operationOf(document: DocumentNode) {
  const operation = getOperationAST(document, 'Q');
  if (!operation) throw new Error('no operation');
  return operation;
}

/** What of a request its conditions and its variables leave. */
function left(schema: CompiledSchema, { source, variables }: Written): DocumentNode {
  const document = parse(source);
  const definitions = operationOf(document).variableDefinitions ?? [];
  return whatIsLeft(document, 'Q', getVariableValues(schema.schema, definitions, variables).coerced ?? {});
}

const conditional: Writing = {
  ...plainly,
  seed: 11,
  conditions: 0.25,
  variables: 0.5,
  fragments: 0.4,
  absent: 0.3,
  looks: 0.2,
};

test(
  'the gate allows exactly what is valid on the view once conditions, other operations and absent variables are gone',
  () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, writing) => {
        const { schema, privileges, rules, writeBeside, isNoCase } = caseOf(seed, 'EXACT');
        const written = writeBeside({ ...conditional, seed: writing });
        if (isNoCase || !isValid(schema, written)) return;
        const missing = gate(schema, privileges, written);
        const rest = left(schema, written);
        const problems = problemsOnView(filterSchema(schema, privileges), written, rest);
        if (isNamedOnly(schema, privileges, problems, rest)) return;
        const told = JSON.stringify({ rules, written, rest: print(rest), missing, problems }, null, 1);
        expect(missing.length === 0, told).toBe(problems.length === 0);
      }),
      { numRuns },
    );
  },
  timeout,
);

test(
  'under HIDE all that validates and coerces on the view, with all that nothing executes, passes the gate',
  () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, writing) => {
        const { schema, privileges, rules, writeBeside, isNoCase } = caseOf(seed, 'EXACT');
        const written = writeBeside({ ...conditional, seed: writing });
        if (isNoCase || !isValid(schema, written)) return;
        if (problemsOnView(filterSchema(schema, privileges), written).length > 0) return;
        expect(gate(schema, privileges, written), JSON.stringify({ rules, written }, null, 1)).toEqual([]);
      }),
      { numRuns },
    );
  },
  timeout,
);

const byVariables: Writing = { ...plainly, seed: 7, variables: 0.6, fragments: 0.5, looks: 0.2 };

test(
  'the gate allows exactly what validates and coerces on the filtered view',
  () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { schema, privileges, rules, write, isNoCase } = caseOf(seed, 'EXACT');
        if (isNoCase) return;
        const view = filterSchema(schema, privileges);
        for (const written of [write(plainly), write(byVariables)]) {
          const missing = gate(schema, privileges, written);
          const problems = problemsOnView(view, written);
          if (isNamedOnly(schema, privileges, problems, parse(written.source))) continue;
          const told = JSON.stringify({ rules, written, missing, problems }, null, 1);
          expect(missing.length === 0, told).toBe(problems.length === 0);
        }
      }),
      { numRuns },
    );
  },
  timeout,
);

test(
  'the gate allows whatever else validates and coerces on the filtered view',
  () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { schema, privileges, rules, write, isNoCase } = caseOf(seed);
        if (isNoCase) return;
        const view = filterSchema(schema, privileges);
        for (const written of [write(plainly), write(byVariables)]) {
          if (problemsOnView(view, written).length > 0) continue;
          expect(gate(schema, privileges, written), JSON.stringify({ rules, written }, null, 1)).toEqual([]);
        }
      }),
      { numRuns },
    );
  },
  timeout,
);

test(
  'the view is always a valid schema that a client can build',
  () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { schema, privileges } = caseOf(seed);
        const client = buildClientSchema(introspectionFromSchema(filterSchema(schema, privileges)));
        assertValidSchema(client);
      }),
      { numRuns },
    );
  },
  timeout,
);

test(
  'order, aliases, fragments and variables never change the verdict',
  () => {
    fc.assert(
      fc.property(seeds, fc.integer(), (seed, writing) => {
        const { schema, privileges, write, isNoCase } = caseOf(seed);
        if (isNoCase) return;
        const verdict = gate(schema, privileges, write(plainly));
        const ways: Writing[] = [
          { ...plainly, seed: writing, shuffled: true },
          { ...plainly, otherAliases: true },
          { ...plainly, seed: writing, fragments: 1 },
          { ...plainly, seed: writing, variables: 1 },
          { seed: writing, variables: 0.5, fragments: 0.5, shuffled: true, otherAliases: true },
        ];
        for (const way of ways) expect(gate(schema, privileges, write(way)), JSON.stringify(way)).toEqual(verdict);
      }),
      { numRuns },
    );
  },
  timeout,
);

test(
  'whatever an allowed operation resolves is granted',
  () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { random, schema, privileges, write, isNoCase } = caseOf(seed);
        if (isNoCase) return;
        const written = write(byVariables);
        if (gate(schema, privileges, written).length > 0) return;
        const resolved: string[] = [];
        executeSync({
          schema: schema.schema,
          document: parse(written.source),
          variableValues: written.variables,
          rootValue: {},
          fieldResolver: (_parent, _args, _context, info) => {
            const verbs =
              info.operation.operation === 'mutation' && info.path.prev === undefined ? ['write', 'update'] : ['read'];
            const isGranted = (verbs as ('read' | 'write' | 'update')[]).some((verb) =>
              privileges.allows(verb, info.parentType.name, info.fieldName),
            );
            if (!isGranted) resolved.push(`${info.parentType.name}.${info.fieldName}`);
            return valueFor(info);
          },
          typeResolver: (_value, _context, _info, type) => {
            // The runtime guard's part: only what the key can see comes through.
            const visible = schema.possibleTypes(type).filter(privileges.seesObject);
            return random.pick(visible).name;
          },
        });
        expect(resolved).toEqual([]);
      }),
      { numRuns },
    );
  },
  timeout,
);

function valueFor({ returnType }: GraphQLResolveInfo): unknown {
  const named = getNamedType(returnType);
  if (isLeafType(named)) return null;
  const value = isAbstractType(named) ? {} : {};
  return isListType(getNullableType(returnType)) ? [value, value] : value;
}
