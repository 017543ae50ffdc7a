import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationTypeNode,
} from 'graphql';
import type { Random } from '../../privileges/generated/random.ts';

/** Names that a caller may choose and JavaScript gives a meaning, and some that it does not. */
const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'toJSON',
  'length',
  'data',
  'errors',
  'extensions',
  'first',
  'a',
  'b',
  '_',
] as const;

/** Global ids of things that are there, and of things that are not. */
const ids = ['Q291bnRyeTpDSA==', 'Q2l0eToyNjU3ODk2', 'QXBpS2V5OjE=', 'bm9uc2Vuc2U=', ''];

const metaTypes = {
  __Schema: ['types', 'queryType', 'mutationType', 'directives'],
  __Type: ['fields', 'inputFields', 'interfaces', 'possibleTypes', 'enumValues', 'ofType'],
  __Field: ['type', 'args'],
} as const;

/** A document as somebody sends it who means no good, and variables that may or may not fit it. */
export interface HostileDocument {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: unknown;
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

/**
 * Mostly valid documents over a schema, that do what an attacker would: fan out through fragments and aliases, give every
 * name that a prototype has, nest, repeat, leave out, and ask for the schema. A part of them is then broken, as text.
 */
export function hostileDocument(random: Random, schema: GraphQLSchema): HostileDocument {
  const variables: Variable[] = [];
  const fragments: string[] = [];
  let fieldsLeft = 60;
  let aliases = 0;

  const operation = random.pick<'query' | 'query' | 'query' | 'mutation'>(['query', 'query', 'query', 'mutation']);
  const root = schema.getRootType(operation as OperationTypeNode) ?? schema.getQueryType();
  const selection = root ? selectionOf(root, 0) : '{ __typename }';
  const own = random.chance(0.3) ? random.pick(hostileNames) : '';
  const name = own && ` ${own}`;
  const definitions = variables.length > 0 ? `(${variables.map(definitionOf).join(' ')})` : '';
  const others = random.chance(0.03) ? ` query ${random.pick(hostileNames)} { __typename }` : '';
  const text = `${operation}${name}${definitions} ${selection} ${fragments.join(' ')}${others}`;
  const given = Object.create(null) as Record<string, unknown>;
  for (const { name: variable, value } of variables) if (random.chance(0.95)) given[variable] = value;
  return {
    query: random.chance(0.1) ? broken(random, text) : text,
    variables: given,
    ...(random.chance(0.1)
      ? { operationName: random.chance(0.8) ? own || null : random.pick(['', ...hostileNames]) }
      : {}),
  };

  function definitionOf({ name: variable, type }: Variable): string {
    return `$${variable}: ${type}`;
  }

  function variableOf(type: GraphQLInputType, value: unknown): string {
    const known = new Set(variables.map((variable) => variable.name));
    const free = hostileNames.filter((candidate) => !known.has(candidate));
    const chosen = free.length > 0 ? random.pick(free) : `v${variables.length}`;
    const text = String(type);
    variables.push({ name: chosen, type: random.chance(0.03) ? text.replace(/!$/, '') : text, value });
    return `$${chosen}`;
  }

  function directive(): string {
    if (!random.chance(0.08)) return '';
    const which = random.chance(0.02) ? 'unknown' : random.pick(['skip', 'include']);
    const condition = random.chance(0.5) ? String(random.chance(0.5)) : conditionVariable();
    return ` @${which}(if: ${condition})`;
  }

  function conditionVariable(): string {
    const known = variables.find(({ type }) => type === 'Boolean!');
    if (known) return `$${known.name}`;
    const chosen = `c${variables.length}`;
    variables.push({ name: chosen, type: 'Boolean!', value: random.chance(0.5) });
    return `$${chosen}`;
  }

  function selectionOf(type: GraphQLOutputType, depth: number): string {
    if (random.chance(depth === 0 ? 0.1 : 0.001)) return `{ ${introspection()} }`;
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const chosen = random.some(fields, 1 / (1 + fields.length / 3)).filter(() => fieldsLeft-- > 0);
    const parts = chosen.flatMap((field) => {
      const times = random.chance(0.1) ? 1 + random.below(12) : 1;
      return Array.from({ length: times }, () => fieldOf(field, depth));
    });
    if (parts.length === 0 || random.chance(0.1)) parts.push('__typename');
    if (random.chance(0.15)) parts.push(fragmentOn(type, depth));
    if (random.chance(0.005)) parts.push(random.pick(hostileNames));
    return `{ ${parts.join(' ')} }`;
  }

  function fragmentOn(type: GraphQLOutputType, depth: number): string {
    const targets = isCompositeType(type) ? [type, ...('getInterfaces' in type ? type.getInterfaces() : [])] : [];
    const target = targets.length > 0 ? random.pick(targets) : type;
    const inner = depth < 6 ? selectionOf(target, depth + 1) : '{ __typename }';
    if (random.chance(0.5)) return `... on ${String(target)}${directive()} ${inner}`;
    const fragment = `F${fragments.length}${random.pick(hostileNames)}`;
    fragments.push(`fragment ${fragment} on ${String(target)} ${inner}`);
    return `...${fragment}${directive()} `.repeat(1 + random.below(3));
  }

  function fieldOf(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.filter(({ type }) => isNonNullType(type) || random.chance(0.4));
    const values = given.map((argument) => `${argument.name}: ${inputOf(argument.type, argument.name, 0)}`);
    if (random.chance(0.002)) values.push(`${random.pick(hostileNames)}: 1`);
    // Two of one name with different arguments are a mistake, mostly not made.
    const alias = values.length > 0 || random.chance(0.3) ? `${aliasName()}: ` : '';
    const inParentheses = values.length > 0 ? `(${values.join(', ')})` : '';
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${depth < 7 ? selectionOf(named, depth + 1) : '{ __typename }'}` : '';
    return `${alias}${field.name}${inParentheses}${directive()}${below}`;
  }

  function aliasName(): string {
    return `${random.pick(hostileNames)}${random.chance(0.8) ? aliases++ : ''}`;
  }

  /** A literal, or a variable whose value is given apart. */
  function inputOf(type: GraphQLInputType, name: string, depth: number): string {
    if (random.chance(0.35)) return variableOf(type, jsonOf(type, name, depth));
    return literal(jsonOf(type, name, depth), type);
  }

  function jsonOf(type: GraphQLInputType, name: string, depth: number): unknown {
    if (random.chance(0.015)) return random.pick<unknown>(hostileValues);
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return Array.from({ length: random.below(4) }, () => jsonOf(nullable.ofType, name, depth + 1));
    }
    if (isEnumType(nullable)) return random.pick(nullable.getValues()).name;
    if (isInputObjectType(nullable)) {
      const made = Object.create(null) as Record<string, unknown>;
      for (const field of Object.values(nullable.getFields())) {
        if (isNonNullType(field.type) || (depth < 3 && random.chance(0.3))) {
          made[field.name] = jsonOf(field.type, field.name, depth + 1);
        }
      }
      if (random.chance(0.01)) made[random.pick(hostileNames)] = random.below(9);
      return made;
    }
    return leafOf(String(nullable), name);
  }

  function leafOf(type: string, name: string): unknown {
    if (type === 'Int') return random.pick([0, 1, 1, 2, 2, 3, 3, 5, 20, 100, 101, -1, 2147483647]);
    if (type === 'Float') return random.pick([0, 47.4, -8.5, 180, 1e6, -0]);
    if (type === 'Boolean') return random.chance(0.5);
    if (type === 'ID') return random.pick(ids);
    if (type === 'DateTime') return '2027-01-01T00:00:00Z';
    if (type === 'Duration') return 'PT1M';
    if (name === 'code' || name === 'countryCode') return random.pick(['CH', 'AT', '__proto__', '']);
    return random.pick(['Zürich', 'a', '%', '\\', '2027-01-01T00:00:00Z', 'PT1M', '💥', 'constructor']);
  }

  function introspection(): string {
    const wide = 1 + random.below(3);
    const prefix = random.pick(['f', 'proto', 'x']);
    const spread = (kind: keyof typeof metaTypes, depth: number): string => {
      const leaves = kind === '__Schema' ? 'description' : 'name';
      if (depth > 3) return leaves;
      return [
        leaves,
        ...random.some(metaTypes[kind], 0.4).flatMap((field) => {
          const below =
            field === 'fields'
              ? '__Field'
              : field === 'args' || field === 'enumValues' || field === 'inputFields' || field === 'directives'
                ? undefined
                : '__Type';
          const inner = below ? spread(below, depth + 1) : 'name';
          return Array.from({ length: wide }, (_, index) => `${prefix}${index}${field}: ${field} { ${inner} }`);
        }),
      ].join(' ');
    };
    return random.chance(0.7)
      ? `__schema { ${spread('__Schema', 0)} }`
      : `__type(name: ${JSON.stringify(random.pick(['City', 'Query', '__proto__', 'Mutation', 'String']))}) { ${spread('__Type', 0)} }`;
  }
}

export const hostileValues: readonly unknown[] = [
  null,
  '',
  'a\u0000b',
  'a\ud800b',
  -1,
  0.5,
  2 ** 31,
  1e300,
  true,
  [],
  [[]],
  {},
  JSON.parse('{"then":"x"}'),
  { constructor: { prototype: { first: 1 } } },
  'x'.repeat(3000),
];

/** A value of JSON as GraphQL writes it; what is no name of GraphQL stands as it is, and is a mistake. */
function literal(value: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (Array.isArray(value)) {
    const inner = isListType(nullable) ? nullable.ofType : nullable;
    return `[${value.map((item) => literal(item, inner)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(nullable) ? nullable.getFields() : {};
    const entries = Object.entries(value).map(([key, inner]) => {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      return `${key}: ${field ? literal(inner, field.type) : JSON.stringify(inner).replaceAll(/[{}":]/g, '')}`;
    });
    return `{${entries.join(', ')}}`;
  }
  return isEnumType(nullable) && typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

/** The text with a few of its tokens lost, doubled, exchanged, or something among them that does not belong there. */
function broken(random: Random, text: string): string {
  const tokens = text.split(/(\s+|[{}()[\]:,!$@])/).filter((token) => token !== '');
  for (let change = 1 + random.below(3); change > 0; change--) {
    const at = random.below(tokens.length);
    const token = tokens[at] ?? '';
    const other = random.below(tokens.length);
    tokens[at] = random.pick([
      '',
      token + token,
      tokens[other] ?? '',
      `${random.pick(strange)}`,
      `${token}${random.pick(strange)}`,
    ]);
  }
  return tokens.join('');
}

const strange = [
  '{',
  '}',
  '(',
  ')',
  '...',
  '"',
  '"""',
  '\\u{D800}',
  '#',
  '\uFEFF',
  '\u0000',
  '𝒳',
  '&',
  '|',
  '0x1',
  '1e',
  '...on',
  '@',
  '$',
  '!',
];
