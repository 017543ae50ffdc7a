import fc from 'fast-check';
import {
  assertValidSchema,
  buildClientSchema,
  type DocumentNode,
  executeSync,
  type GraphQLResolveInfo,
  getNamedType,
  getNullableType,
  getVariableValues,
  introspectionFromSchema,
  isAbstractType,
  isLeafType,
  isListType,
  Kind,
  parse,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands } from '../../src/privileges/demands.ts';
import { filterSchema } from '../../src/privileges/view/filter-schema.ts';
import { pool } from '../support/pool.ts';
import { generateOperation } from './generated/generate-document.ts';
import { generateRules, generateSchema } from './generated/generate-schema.ts';
import { randomFrom } from './generated/random.ts';
import { plainly, render, type Writing, type Written } from './generated/render.ts';
import { held } from './held.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 100);
/** More runs take longer; the time is no assertion. */
const timeout = 30_000 + numRuns * 40;
const seeds = fc.noBias(fc.noShrink(fc.nat()));

const schemaOf = pool(400, (seed) => generateSchema(randomFrom(seed)));

function caseOf(seed: number, kind: 'EXACT' | 'LOOSE' = 'LOOSE') {
  const random = randomFrom(seed);
  const schema = schemaOf(seed);
  const rules = generateRules(random, schema);
  const operation = generateOperation(random, schema, kind);
  const rootName = operation.operation === 'query' ? 'Query' : 'Mutation';
  const write = (writing: Writing): Written => render(operation, writing, rootName);
  // What is loose is now and then too loose for the schema itself.
  const isNoCase = operation.selections.length === 0 || !isValid(schema, write(plainly));
  return { random, schema, rules, privileges: held(rules, schema), write, isNoCase };
}

function isValid(schema: CompiledSchema, { source }: Written): boolean {
  return validate(schema.schema, parse(source)).length === 0;
}

/** Rules that the gate misses, sorted. */
function gate(schema: CompiledSchema, privileges: CompiledPrivileges, { source, variables }: Written): string[] {
  const document = parse(source);
  expect(validate(schema.schema, document).map(({ message }) => message)).toEqual([]);
  const answer = compileDocument(schema, document, undefined, { maxSteps: 10_000, maxDepth: 20 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const demands = compileDemands(schema, answer.plan);
  const coerced = getVariableValues(schema.schema, answer.plan.operation.variableDefinitions ?? [], variables);
  expect(coerced.errors).toBeUndefined();
  return checkDemands(demands, privileges, { raw: variables, coerced: coerced.coerced ?? {} })
    .map(({ rule }) => rule)
    .sort();
}

function problemsOnView(view: ReturnType<typeof filterSchema>, { source, variables }: Written): string[] {
  const document = parse(source);
  const problems = validate(view, document).map(({ message }) => message);
  if (problems.length > 0) return problems;
  const operation = operationOf(document);
  // graphql-js finds nothing wrong with an operation for which the schema has no type; execution does.
  if (view.getRootType(operation.operation) == null) return ['no such operation type'];
  return (getVariableValues(view, operation.variableDefinitions ?? [], variables).errors ?? []).map(
    ({ message }) => message,
  );
}

function operationOf(document: DocumentNode) {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return operation;
}

const byVariables: Writing = { ...plainly, seed: 7, variables: 0.6, fragments: 0.5 };

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
