import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql';
import type { ListSizeDeclaration, RateLimitDeclaration } from '../plan/declarations.ts';

/** How an API that has a `@cost` of its own takes weights: IBM's draft says text, Apollo's specification Int. */
export type WeightAs = 'TEXT' | 'NUMBER';

export function weightDirectives(
  { weight }: { readonly weight?: number | undefined } = {},
  weightAs: WeightAs,
): ConstDirectiveNode[] {
  return weight === undefined ? [] : [directive('cost', { weight: weightAs === 'NUMBER' ? weight : `${weight}` })];
}

type ShownField = GraphQLField<unknown, unknown>;

/** A default page is IBM's assumed size without a required slicing argument. Nothing when it sizes nothing that is shown. */
export function listSizeDirective(
  size: { readonly [Name in keyof ListSizeDeclaration]?: ListSizeDeclaration[Name] | undefined },
  seen: ShownField,
): ConstDirectiveNode[] {
  const slicingArguments = (size.slicingArguments ?? []).filter((path) => isShownArgument(path, seen));
  const sizedFields = (size.sizedFields ?? []).filter((path) => isShownField(path, seen));
  if (sizedFields.length === 0 && (size.sizedFields ?? []).length > 0) return [];
  const isAlwaysGiven = seen.args.some(({ name, type, defaultValue }) => {
    return slicingArguments.includes(name) && (isNonNullType(type) || defaultValue != null);
  });
  // Where it can never count, IBM's specification takes none.
  const assumedSize = isAlwaysGiven ? undefined : (size.assumedSize ?? size.defaultSize);
  const { requireOneSlicingArgument = assumedSize === undefined } = size;
  if (assumedSize === undefined && slicingArguments.length === 0) return [];
  return [
    directive('listSize', {
      assumedSize,
      ...(slicingArguments.length > 0 && { slicingArguments }),
      ...(sizedFields.length > 0 && { sizedFields }),
      ...(slicingArguments.length > 0 && !requireOneSlicingArgument && { requireOneSlicingArgument }),
    }),
  ];
}

export function rateLimitDirective({ max, window, identityArgs = [] }: RateLimitDeclaration, seen: ShownField) {
  const shown = identityArgs.filter((path) => isShownArgument(path, seen));
  return directive('rateLimit', { max, window, ...(shown.length > 0 && { identityArgs: shown }) });
}

/** `first`, or `page.first` of an input object. */
function isShownArgument(path: string, { args }: ShownField): boolean {
  const [first, ...rest] = path.split('.');
  let input = args.find(({ name }) => name === first)?.type;
  for (const name of rest) {
    const named = input && getNamedType(input);
    input = isInputObjectType(named) ? named.getFields()[name]?.type : undefined;
  }
  return input !== undefined;
}

/** `nodes`, or with fields between (`results { page }`, as Apollo writes it): each name is a field of the one before. */
function isShownField(path: string, { type }: ShownField): boolean {
  let at: GraphQLOutputType | undefined = type;
  for (const name of path.match(/\w+/g) ?? []) {
    const named: GraphQLNamedType | undefined = at && getNamedType(at);
    at = isObjectType(named) || isInterfaceType(named) ? named.getFields()[name]?.type : undefined;
  }
  return at !== undefined;
}

function directive(name: string, values: Readonly<Record<string, unknown>>): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([argument, value]) => ({
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: valueNode(value),
      })),
  };
}

function valueNode(value: unknown): ConstValueNode {
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map(valueNode) };
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? Kind.INT : Kind.FLOAT, value: `${value}` };
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  return { kind: Kind.STRING, value: String(value) };
}
