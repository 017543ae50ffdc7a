import { buildSchema } from 'graphql';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import type { DeclarationConfig } from '../../../src/plan/declarations.ts';
import { declare } from '../../../src/plan/declare.ts';
import type { Random } from './random.ts';

const leaves = ['a: Int', 'b: String', 'c: Boolean', 'd: Color'];
type Verbs = NonNullable<NonNullable<DeclarationConfig['fields']>[`${string}.${string}`]['verbs']>;

/**
 * Objects that implement interfaces, stand in unions, lead to each other and take arguments, filters and orders; a
 * connection; derived fields; mutations with inputs that nest; a directive that takes them. Each input type is used in one place, so that a view can say exactly what
 * the gate allows.
 */
export function generateSchema(random: Random): CompiledSchema {
  const names = ['O0', 'O1', 'O2', 'O3'];
  const composites = [...names, 'I0', 'I1', 'U0', 'O0Connection'];
  const args: Record<string, { looksAt: `${string}.${string}`[] }> = {};
  const explicit: `${string}.${string}`[] = [];
  const derived: Record<`${string}.${string}`, { reads: `${string}.${string}`[] }> = {};
  const types: string[] = [];
  const inputs: NonNullable<DeclarationConfig['inputs']> extends Readonly<infer Inputs> ? Inputs : never = {};
  let counter = 0;

  const compositeField = (parent: string, name: string): string => {
    const result = random.pick(composites);
    const parts: string[] = [];
    if (random.chance(0.4)) {
      args[`${parent}.${name}(x:)`] = { looksAt: random.some(names, 0.4).map((type) => `${type}.a` as const) };
      parts.push(`x: Int${random.chance(0.3) ? '!' : random.chance(0.3) ? ' = 3' : ''}`);
    }
    if (result.startsWith('O') && random.chance(0.5)) {
      const entity = result.slice(0, 2);
      const id = counter++;
      const fields = random.some(['a: Op', 'b: Op', 'c: Boolean'], 0.6);
      types.push(`input Filter${id} { ${fields.join(' ')} and: [Filter${id}!] id: ID }`);
      Object.assign(inputs, { [`Filter${id}`]: { entity, use: 'FILTER' } });
      parts.push(`filter: Filter${id}${random.chance(0.2) ? '!' : ''}`);
      types.push(
        `input Order${id} { field: Order${id}Field! direction: Direction = ASC } enum Order${id}Field { A B }`,
      );
      parts.push(`orderBy: Order${id}${random.chance(0.3) ? ` = { field: ${random.pick(['A', 'B'])} }` : ''}`);
    }
    if (result === 'O0Connection') parts.push('first: Int', 'after: String');
    const wrapped = result !== 'O0Connection' && random.chance(0.3) ? `[${result}]` : result;
    return `${name}${parts.length > 0 ? `(${parts.join(', ')})` : ''}: ${wrapped}`;
  };

  for (const name of names) {
    // An interface that nobody implements leads nowhere.
    const interfaces = name === 'O0' ? ['I0', 'I1'] : random.some(['I0', 'I1'], 0.5);
    const fields = ['id: ID', ...random.some(leaves, 0.7)];
    for (const needed of [
      ...(interfaces.includes('I0') ? ['a: Int'] : []),
      ...(interfaces.includes('I1') ? ['b: String'] : []),
    ]) {
      if (!fields.includes(needed)) fields.push(needed);
    }
    // What arguments, filters and orders look at must be there.
    for (const needed of ['a: Int', 'b: String', 'c: Boolean']) if (!fields.includes(needed)) fields.push(needed);
    fields.push(...['p', 'q'].slice(0, random.below(3)).map((field) => compositeField(name, field)));
    if (random.chance(0.3)) explicit.push(`${name}.c`);
    // A derived field, now and then in a circle with others.
    if (random.chance(0.3)) derived[`${name}.b`] = { reads: [`${random.pick(names)}.${random.pick(['a', 'b', 'c'])}`] };
    types.push(
      `type ${name}${interfaces.length > 0 ? ` implements ${interfaces.join(' & ')}` : ''} { ${fields.join(' ')} }`,
    );
  }
  const mutations: Record<string, Verbs> = {};
  const mutationFields = ['m0', 'm1', 'm2'].map((name, index) => {
    const entity = random.pick(names);
    mutations[name] = random.pick<Verbs>([['write'], ['update'], ['write', 'update']]);
    types.push(
      `input In${index} { a: Int${random.chance(0.3) ? '!' : random.chance(0.3) ? ' = 1' : ''} b: String note: String child: Child${index} more: [In${index}!] }`,
      `input Child${index} { b: String${random.chance(0.2) ? '!' : ''} c: Boolean }`,
      `type Pay${index} { result: ${entity} done: Boolean }`,
    );
    Object.assign(inputs, { [`In${index}`]: { entity }, [`Child${index}`]: { entity: random.pick(names) } });
    return `${name}(input: In${index}${random.chance(0.7) ? '!' : ''}): Pay${index}`;
  });
  const queries = ['f0', 'f1', 'f2', 'f3'].map((name) => compositeField('Query', name));
  const sdl = `
    directive @tag(color: Color, order: Direction, input: In0) on FIELD
    directive @look(style: Style, as: Look, order: Direction) on FIELD
    enum Style { BIG SMALL }
    input Look { style: Style!, width: Int = 1 }
    enum Color { RED GREEN } enum Direction { ASC DESC } input Op { eq: Int }
    interface I0 { id: ID a: Int } interface I1 { id: ID b: String }
    union U0 = ${['O0', ...random.some(['O1', 'O2'], 0.6)].join(' | ')}
    type O0Connection { edges: [O0Edge] nodes: [O0] pageInfo: PageInfo totalCount: Int }
    type O0Edge { node: O0 cursor: String } type PageInfo { hasNextPage: Boolean endCursor: String }
    type Open { me: ID }
    type Query { open: Open ${queries.join(' ')} all: I0 any: I1 }
    type Mutation { ${mutationFields.join(' ')} }
    ${types.join('\n')}`;
  return compileSchema(
    declare(buildSchema(sdl), {
      mutations,
      inputs,
      explicit,
      arguments: args,
      fields: derived,
      types: { Open: { open: true } },
      open: ['Query.open'],
      defaultAssumedSize: 5,
    }),
  );
}

/** Rules of every form, more or less generous, that name what the schema has. */
export function generateRules(random: Random, schema: CompiledSchema): readonly string[] {
  const verbOf = () => random.pick(['read', 'read', 'read', 'write', 'update', '*']);
  const { coordinates } = schema;
  const exact = () => {
    const { type, field } = random.pick(coordinates);
    return random.pick([`${verbOf()}:${type}.${field}`, `${verbOf()}:${type}`, `${verbOf()}:*.${field}`]);
  };
  const rules = Array.from({ length: random.below(14) }, exact);
  if (random.chance(0.6)) rules.push('read:Query');
  if (random.chance(0.5)) rules.push('write:Mutation', 'update:Mutation');
  if (random.chance(0.4)) rules.push(random.pick(['*', 'read:*', '*:*', 'write:*']));
  for (let denials = random.below(4); denials > 0; denials--) rules.push(`!${exact()}`);
  return rules;
}

/** Of a key that writes or changes and reads little or nothing. */
export function generateWritingRules(random: Random, schema: CompiledSchema): readonly string[] {
  const verb = random.pick(['write', 'update', '*']);
  const rules = [`${verb}:Mutation${random.chance(0.5) ? '' : `.${random.pick(['m0', 'm1', 'm2'])}`}`];
  for (let more = random.below(8); more > 0; more--) {
    const { type, field } = random.pick(schema.coordinates);
    rules.push(random.pick([`${verb}:${type}`, `${verb}:${type}.${field}`, `${verb}:*.${field}`]));
  }
  if (random.chance(0.4)) rules.push(`${verb}:*`);
  if (random.chance(0.3)) rules.push(`read:${random.pick(schema.coordinates).type}`);
  if (random.chance(0.3)) rules.push(`!${verb}:${random.pick(schema.coordinates).type}`);
  return rules;
}
