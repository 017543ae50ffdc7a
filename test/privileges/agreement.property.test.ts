import SchemaBuilder from '@pothos/core';
import RelayPlugin, { resolveArrayConnection } from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import fc from 'fast-check';
import {
  execute,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { declare } from '../../src/plan/declare.ts';
import type { Access } from '../../src/privileges/access.ts';
import { guardRuntimeTypes } from '../../src/privileges/guard-runtime-types.ts';
import { fieldpassPlugin } from '../../src/privileges/pothos-plugin.ts';
import { type Random, randomFrom } from './generated/random.ts';
import { denialsOf, held } from './held.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 400);
const timeout = 30_000 + numRuns * 40;

interface Row {
  readonly kind: 'City' | 'Village' | 'Lake';
  readonly name: string;
}
const rows: readonly Row[] = [
  { kind: 'City', name: 'Lyon' },
  { kind: 'Village', name: 'Gimmelwald' },
  { kind: 'Lake', name: 'Como' },
  { kind: 'City', name: 'Oslo' },
];
const ofKind = (kind: Row['kind']) => rows.filter((row) => row.kind === kind);

/** Interface, union, connection, open field, explicit field, and a mutation with a payload. */
function buildWorld(): GraphQLSchema {
  const builder = new SchemaBuilder<{ Context: { access: Access } }>({
    plugins: [RelayPlugin, ScopeAuthPlugin, fieldpassPlugin],
    scopeAuth: { authScopes: () => ({}) },
    relay: {},
  });
  const Settlement = builder.interfaceRef<Row>('Settlement').implement({
    fields: (t) => ({ name: t.exposeString('name'), code: t.string({ resolve: () => 'c' }) }),
    resolveType: ({ kind }) => kind,
  });
  const City = builder.objectRef<Row>('City');
  const Village = builder.objectRef<Row>('Village');
  const Lake = builder.objectRef<Row>('Lake');
  City.implement({
    interfaces: [Settlement],
    fields: (t) => ({
      mayor: t.string({ resolve: () => 'm' }),
      secret: t.string({ privilege: { explicit: true }, resolve: () => 's' }),
      weather: t.string({ privilege: { open: true }, resolve: () => 'sun' }),
      lake: t.field({ type: Lake, resolve: () => ofKind('Lake')[0] }),
      neighbours: t.field({ type: [Settlement], resolve: () => rows.filter(({ kind }) => kind !== 'Lake') }),
    }),
  });
  Village.implement({
    interfaces: [Settlement],
    fields: (t) => ({
      inhabitants: t.int({ resolve: () => 3 }),
      capital: t.field({ type: City, resolve: () => ofKind('City')[0] }),
    }),
  });
  Lake.implement({
    fields: (t) => ({
      name: t.exposeString('name'),
      depth: t.int({ resolve: () => 1 }),
      shore: t.field({ type: Settlement, resolve: () => ofKind('Village')[0] }),
    }),
  });
  const Anything = builder.unionType('Anything', { types: [City, Village, Lake], resolveType: ({ kind }) => kind });
  const Payload = builder.objectRef<{ city: Row; token: string }>('CreateCityPayload').implement({
    fields: (t) => ({ city: t.expose('city', { type: City }), token: t.exposeString('token') }),
  });
  builder.queryType({
    fields: (t) => ({
      city: t.field({ type: City, resolve: () => ofKind('City')[0] }),
      settlement: t.field({ type: Settlement, resolve: () => ofKind('Village')[0] }),
      anything: t.field({ type: Anything, resolve: () => ofKind('Lake')[0] }),
      cities: t.connection({
        type: City,
        resolve: (_root, args) => resolveArrayConnection({ args }, [...ofKind('City')]),
      }),
      everything: t.connection({
        type: Anything,
        resolve: (_root, args) => resolveArrayConnection({ args }, [...rows]),
      }),
    }),
  });
  builder.mutationType({
    fields: (t) => ({
      createCity: t.field({
        type: Payload,
        privilege: { verbs: ['write'] },
        resolve: () => ({ city: rows[0] as Row, token: 't' }),
      }),
      renameCity: t.field({ type: City, privilege: { verbs: ['update'] }, resolve: () => rows[0] }),
    }),
  });
  return builder.toSchema();
}

/** Which output fields were asked for while an operation ran, and which of them scope-auth denied. */
interface Trace {
  readonly reached: Set<string>;
  readonly denied: Set<string>;
}

/** Around scope-auth, so that it sees what scope-auth answers. */
function traceFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (resolve === undefined) continue;
      field.resolve = async (parent, args, context, info) => {
        const trace: Trace = context.trace;
        const coordinate = `${type.name}.${field.name}`;
        trace.reached.add(coordinate);
        try {
          return await resolve(parent, args, context, info);
        } catch (error) {
          if (error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHORIZED_FIELD_OR_TYPE') {
            trace.denied.add(coordinate);
          }
          throw error;
        }
      };
    }
  }
}

const schema = buildWorld();
const compiled = compileSchema(declare(schema, { defaultAssumedSize: 5 }));
guardRuntimeTypes(schema);
traceFields(schema);

function generateRules(random: Random): string[] {
  const verb = () => random.pick(['read', 'read', 'read', '*', 'write', 'update']);
  const rule = () => {
    const { type, field } = random.pick(compiled.coordinates);
    return random.pick([`${verb()}:${type}.${field}`, `${verb()}:${type}`, `${verb()}:*.${field}`]);
  };
  const rules = Array.from({ length: random.below(12) }, rule);
  if (random.chance(0.8)) rules.push('read:Query');
  if (random.chance(0.6)) rules.push('write:Mutation', 'update:Mutation.renameCity');
  if (random.chance(0.4)) rules.push(random.pick(['read:*', '*', 'read:City', 'read:Village']));
  for (let n = random.below(4); n > 0; n--) rules.push(`!${rule()}`);
  return rules;
}

function generateDocument(random: Random): string {
  const isMutation = random.chance(0.2);
  const root = isMutation ? schema.getMutationType() : schema.getQueryType();
  if (!root) throw new Error('the world has both roots');
  let aliases = 0;
  return `${isMutation ? 'mutation' : 'query'} ($yes: Boolean = true, $no: Boolean = false) ${selection(root, 0)}`;

  function selection(type: GraphQLNamedType, depth: number): string {
    const parts = [random.chance(0.3) ? '__typename' : ''];
    if (isObjectType(type) || isInterfaceType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => !field.args.some(isRequiredArgument));
      for (const field of random.some(fields, 0.45)) {
        const result = getNamedType(field.type);
        const below = isLeafType(result) ? '' : depth < 5 ? selection(result, depth + 1) : undefined;
        if (below !== undefined) parts.push(`a${aliases++}: ${field.name}${condition()} ${below}`);
      }
    }
    if (isAbstractType(type)) {
      for (const member of random.some(schema.getPossibleTypes(type), 0.5)) {
        if (depth < 5) parts.push(`... on ${member.name}${condition()} ${selection(member, depth + 1)}`);
      }
    }
    // The directives keep both variables used.
    return `{ ${parts.join(' ')} ${random.chance(0.9) ? '' : '__typename'} ${depth === 0 ? 'y: __typename @skip(if: $yes) n: __typename @include(if: $no) z: __typename' : ''} ${parts.every((part) => part === '') ? 'e: __typename' : ''} }`;
  }

  function condition(): string {
    return random.chance(0.15)
      ? random.pick([' @include(if: $yes)', ' @include(if: $no)', ' @skip(if: $yes)', ' @skip(if: $no)'])
      : '';
  }
}

/** What the plan denies of output fields, as coordinates. */
function planned(source: string, rules: readonly string[]): Set<string> {
  return new Set(denialsOf(source, rules, {}, compiled).map(({ coordinate }) => coordinate));
}

async function executed(source: string, rules: readonly string[]): Promise<Trace> {
  const trace: Trace = { reached: new Set(), denied: new Set() };
  const contextValue = { access: held(rules, compiled), trace };
  await execute({ schema, document: parse(source), contextValue });
  return trace;
}

/** Break `mayUse` in src/privileges/pothos/backstop.ts, or `demandsOfField` in compile-demands.ts, to see it fail. */
test(
  'with the plan bypassed, scope-auth denies what the plan denies and execution reaches, and nothing else',
  async () => {
    const seen = { denied: 0, allowed: 0, abstract: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (seed) => {
        const random = randomFrom(seed);
        const rules = generateRules(random);
        const source = generateDocument(random);
        const byPlan = planned(source, rules);
        const { reached, denied } = await executed(source, rules);
        const told = JSON.stringify({ seed, rules, source }, null, 1);
        expect([...denied].sort(), told).toEqual([...reached].filter((coordinate) => byPlan.has(coordinate)).sort());
        seen.denied += denied.size;
        seen.allowed += reached.size - denied.size;
        if (source.includes('... on')) seen.abstract++;
      }),
      { numRuns },
    );
    // The cases reach both verdicts, and types behind interfaces and unions.
    expect(Math.min(seen.denied, seen.allowed, seen.abstract)).toBeGreaterThan(numRuns / 10);
  },
  timeout,
);
