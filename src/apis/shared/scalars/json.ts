import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { codedError } from '../../../kernel/errors.ts';
import { isStorableText } from '../text.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export const jsonLimits = { depth: 8, values: 1000, bytes: 16_384 } as const;

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/**
 * Any JSON, within limits. What comes in is copied: objects without a prototype, so that a member named `__proto__` is a
 * member and nothing else.
 */
export const jsonScalar = new GraphQLScalarType<JsonValue, JsonValue>({
  name: 'JSON',
  description: `Any JSON value, nested at most ${jsonLimits.depth} deep and at most ${jsonLimits.bytes} bytes long.`,
  specifiedByURL: 'https://ecma-international.org/publications-and-standards/standards/ecma-404/',
  serialize: (value) => value as JsonValue,
  parseValue: (value) => bounded((budget) => copyValue(value, 0, budget)),
  parseLiteral: (node, variables) => bounded((budget) => copyLiteral(node, variables, 0, budget)),
});

interface Budget {
  values: number;
}

function bounded(copy: (budget: Budget) => JsonValue): JsonValue {
  const value = copy({ values: jsonLimits.values });
  if (Buffer.byteLength(JSON.stringify(value)) > jsonLimits.bytes) throw tooLarge();
  return value;
}

function copyValue(value: unknown, depth: number, budget: Budget): JsonValue {
  spend(depth, budget);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return storable(value);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item) => copyValue(item, depth + 1, budget));
  if (typeof value !== 'object') throw codedError('BAD_USER_INPUT', 'JSON must be a value that JSON can express.');
  const copy: Record<string, JsonValue> = Object.create(null);
  for (const [name, member] of Object.entries(value)) copy[storable(name)] = copyValue(member, depth + 1, budget);
  return copy;
}

function copyLiteral(node: ValueNode, variables: Variables, depth: number, budget: Budget): JsonValue {
  spend(depth, budget);
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.BOOLEAN:
      return node.value;
    case Kind.STRING:
    case Kind.ENUM:
      return storable(node.value);
    case Kind.INT:
    case Kind.FLOAT:
      return copyValue(Number(node.value), depth, budget);
    case Kind.LIST:
      return node.values.map((item) => copyLiteral(item, variables, depth + 1, budget));
    case Kind.VARIABLE:
      return copyValue(variables?.[node.name.value] ?? null, depth, budget);
    case Kind.OBJECT: {
      const copy: Record<string, JsonValue> = Object.create(null);
      for (const { name, value } of node.fields) copy[name.value] = copyLiteral(value, variables, depth + 1, budget);
      return copy;
    }
  }
}

function spend(depth: number, budget: Budget): void {
  budget.values -= 1;
  if (depth > jsonLimits.depth || budget.values < 0) throw tooLarge();
}

function storable(text: string): string {
  if (isStorableText(text)) return text;
  throw codedError('BAD_USER_INPUT', 'JSON must contain neither NUL characters nor halves of surrogate pairs.');
}

function tooLarge() {
  const { depth, values, bytes } = jsonLimits;
  return codedError(
    'BAD_USER_INPUT',
    `JSON must be nested at most ${depth} deep, with at most ${values} values and ${bytes} bytes.`,
  );
}
