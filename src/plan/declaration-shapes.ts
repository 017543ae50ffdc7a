import { z } from 'zod';
import { nearestName } from '../kernel/nearest-name.ts';
import type {
  ArgumentDeclaration,
  CostDeclaration,
  DeclarationConfig,
  EnumValueDeclaration,
  FieldDeclaration,
  InputFieldDeclaration,
  InputTypeDeclaration,
  ListSizeDeclaration,
  RateLimitDeclaration,
  SchemaDeclaration,
  TypeDeclaration,
} from './declarations.ts';

/**
 * Every name and kind of value that a declaration can have, nested ones too: what TypeScript would say, for a schema or
 * a configuration that never met it (JavaScript, JSON). What a name stands for, and how large a number may be, is asked
 * where the schema is known.
 */

/** A record over the declaration's own names, so that the compiler misses none and takes no other. */
function members<Declaration>(shape: Readonly<Record<keyof Declaration, z.ZodType>>) {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownNames(issue.keys ?? [], names) : `an object of ${names.join(', ')}`,
  });
}

function unknownNames(given: readonly string[], names: readonly string[]): string {
  const nearest = given.flatMap((name) => nearestName(name, names) ?? []);
  const hint = nearest.length > 0 ? `did you mean "${nearest.join('", "')}"? There are` : 'there are';
  return `means nothing here; ${hint} ${names.join(', ')}`;
}

function oneOf<const Values extends readonly string[]>(...values: Values) {
  const expected = values.map((value) => `"${value}"`).join(' or ');
  return z.enum(values, {
    error: ({ input }) => {
      const nearest = typeof input === 'string' ? nearestName(input, values) : undefined;
      return nearest === undefined ? expected : `${expected}; did you mean "${nearest}"?`;
    },
  });
}

function listOf(element: z.ZodType, what: string) {
  return z.array(element, `a list of ${what}`).optional();
}

const flag = z.boolean('true or false').optional();
/** How large it may be is asked of what the directives in SDL say too. */
const number = z.custom<number>((value) => typeof value === 'number', 'a number').optional();
const names = listOf(z.string('a name'), 'names');
const coordinates = listOf(z.string('a coordinate as Type.field'), 'coordinates as Type.field, [] for none');
const coordinate = z.string('a coordinate as Type.field').optional();

const listSize = members<ListSizeDeclaration>({
  assumedSize: number,
  slicingArguments: names,
  sizedFields: names,
  requireOneSlicingArgument: flag,
  maximumSize: number,
  defaultSize: number,
});
const cost = members<CostDeclaration>({ weight: number, listSize: listSize.optional() });
const rateLimitShape = {
  max: z.custom<number>((value) => typeof value === 'number', 'a whole number, 1 or more'),
  window: z.string('a duration such as 30s, 1m or PT1M'),
  identityArgs: names,
};
const rateLimit = members<RateLimitDeclaration>(rateLimitShape);
const verbs = listOf(oneOf('write', 'update'), '"write" and "update"');

const field = members<FieldDeclaration>({
  verbs,
  explicit: flag,
  open: flag,
  transparent: flag,
  reads: coordinates,
  deletes: z.string('the name of an object type').optional(),
  cost: cost.optional(),
  rateLimit: rateLimit.optional(),
});
/** Both are what a value means, and only one can be heeded. */
const meaning = { looksAt: coordinates, sets: coordinate, weight: number };
const isOneMeaning = ({ looksAt, sets }: { looksAt?: unknown; sets?: unknown }) => !looksAt || !sets;
const twoMeanings = { error: 'looksAt and sets at once; declare one of them', params: { isContradiction: true } };
const argument = members<ArgumentDeclaration>(meaning).refine(isOneMeaning, twoMeanings);
const inputField = members<InputFieldDeclaration>(meaning).refine(isOneMeaning, twoMeanings);
const type = members<TypeDeclaration>({ open: flag, weight: number });
const inputType = members<InputTypeDeclaration>({
  entity: z.string('the name of an object type').optional(),
  use: oneOf('SET', 'FILTER', 'OPERATOR').optional(),
});
const enumValue = members<EnumValueDeclaration>({ looksAt: coordinates });
const rules = {
  defaultAssumedSize: z
    .custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= 0, 'a whole number of at least 0')
    .optional(),
  whenLonger: oneOf('CHARGE', 'ERROR').optional(),
  undeclaredArguments: oneOf('REFUSE', 'RESULT', 'NEUTRAL').optional(),
};
const schema = members<SchemaDeclaration>(rules);

/** By what the declaration stands on. */
export const declarationShapes = { schema, field, argument, type, inputType, inputField, enumValue };

/** What directives say in SDL, by their name, and the arguments by which they are known for ours: IBM's, and our own. */
export const directiveShapes: Readonly<
  Record<'cost' | 'listSize' | 'rateLimit', { readonly shape: z.ZodType; readonly known: readonly string[] }>
> = {
  cost: {
    shape: z.object({ weight: z.union([z.string(), z.number()], 'a Float, written as a String') }),
    known: ['weight'],
  },
  listSize: { shape: listSize, known: ['slicingArguments'] },
  // That of other servers has more arguments, and the same meaning.
  rateLimit: { shape: z.object(rateLimitShape), known: ['max', 'window'] },
};

/** Of the whole configuration of `declare`. */
export const configShape = configuration();

function configuration(): z.ZodType {
  const byName = (shape: z.ZodType) => z.record(z.string(), shape, 'an object of declarations, by name').optional();
  return members<DeclarationConfig>({
    ...rules,
    mutations: byName(z.preprocess((given) => (Array.isArray(given) ? { verbs: given } : given), field)),
    fields: byName(field),
    arguments: byName(argument),
    types: byName(type),
    inputs: byName(inputType),
    inputFields: byName(inputField),
    enumValues: byName(enumValue),
    explicit: coordinates,
    open: coordinates,
  });
}

/** All that is wrong with the names and values of a declaration: where in it, and what would be right. */
export function shapeProblems(
  declared: unknown,
  shape: z.ZodType,
  /** How many members of the path the coordinate says already. */
  told: (path: readonly PropertyKey[]) => number = () => 0,
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  const { error } = shape.safeParse(declared, { reportInput: true });
  return (error?.issues ?? []).map((issue) => {
    const path = issue.path.slice(told(issue.path));
    const isContradiction = issue.code === 'custom' && issue.params?.['isContradiction'] === true;
    if (isContradiction) return { path: issue.path, message: `declares ${issue.message}` };
    const message =
      issue.code === 'unrecognized_keys'
        ? `declares ${issue.keys.map((key) => `"${pathText([...path, key])}"`).join(', ')}, which ${issue.message}`
        : `declares ${path.length > 0 ? `${pathText(path)} as ` : ''}${shown(issue.input)}; it must be ${issue.message}`;
    return { path: issue.path, message };
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, member) =>
      typeof member === 'number' ? `${text}[${member}]` : text === '' ? String(member) : `${text}.${String(member)}`,
    '',
  );
}

function shown(value: unknown): string {
  if (value === null || typeof value !== 'object')
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}
