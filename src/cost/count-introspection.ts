import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';
import type { CoercedVariables } from '../plan/document-plan.ts';
import { fieldsByKey, type Walk } from '../plan/fields-by-key.ts';

/**
 * What a selection of `__schema` and `__type` answers, in fields and objects: each entry of each object of the answer is
 * one (whatever its value: a leaf, a list, null, an object), and each object is one. A text is one more for each 1,000
 * characters, the default of an argument for each 5: graphql-js prints it anew each time. See
 * docs/adr/0018-long-texts-of-a-schema.md.
 */
export type IntrospectionCount = (
  | {
      readonly kind: 'COUNTED';
      /** By response key of the operation. */
      readonly byKey: ReadonlyMap<string, number>;
    }
  | {
      /** There was no need to know more: it is more than `most`. */
      readonly kind: 'STOPPED';
      /** By response key, as far as it was counted: of the last one it is only a part, together one more than `most`. */
      readonly byKey: ReadonlyMap<string, number>;
      readonly most: number;
    }
  | {
      readonly kind: 'TOO_MANY';
      /** The response key at which counting stopped. */
      readonly responseKey: string;
    }
) & {
  /** What it took to count it now, in steps of compiling (`StepBudget`). */
  readonly steps: number;
};

/** Most fields and objects that one operation may ask of the schema. */
export const mostIntrospected = 500_000;

/** Most selections that are looked at to merge fields with each other, as execution does (GraphQL spec §6.4.3). */
const mostMerged = 100_000;

/** Characters of a text that count as one field more. */
const charactersOf = { text: 1_000, printed: 5 } as const;

/** Of `__InputValue`: the one text that is made when it is asked for. */
const printedText = 'defaultValue';

/** Of arguments and input fields of views: for how many fields their default counts. It is printed once to know that. */
const printedLengths = new WeakMap<object, number>();

/** Nothing is asked of the schema. */
export const nothingIntrospected: IntrospectionCount = { kind: 'COUNTED', byKey: new Map(), steps: 0 };

/** Fields and objects that are met in the time that compiling takes for a step; so many selections are merged in it as well. */
const metInStep = 20;

/**
 * Counts what introspection will answer, exactly and without answering: each merged selection of each element of the
 * schema (a type, a field, an argument …) once, however many ways lead there. It asks graphql-js' own resolvers for the
 * elements, so that both mean the same. Whatever is counted stands in the answer at least once, so counting ends, at
 * the latest, when what it has met comes to as many fields and objects as an answer may have.
 *
 * @param view what `__schema` and `__type` of the operation will be executed on
 * @param most where the count may stop, because nobody may ask for more
 */
export function countIntrospection(
  view: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: CoercedVariables,
  most: number = mostIntrospected,
): IntrospectionCount {
  const operation = getOperationAST(document, operationName);
  const queryType = view.getQueryType();
  if (!operation || !queryType) return nothingIntrospected;
  const counting = startCount(view, fragmentsOf(document), variables, Math.min(most, mostIntrospected));
  const byKey = new Map<string, number>();
  let total = 0;
  let responseKey = '';
  try {
    for (const [key, nodes] of counting.collect(queryType, [operation.selectionSet])) {
      responseKey = key;
      const definition = rootField(nodes[0]);
      if (!definition) continue;
      const counted = 1 + counting.countField(counting.mergedField(definition, nodes), undefined);
      const sum = counting.atMost(total + counted);
      byKey.set(key, counted);
      total = sum;
    }
    return { kind: 'COUNTED', byKey, steps: counting.steps() };
  } catch (thrown) {
    const steps = counting.steps();
    if (thrown instanceof Enough) {
      // Whatever was counted under this key, or met, is in the answer.
      return { kind: 'STOPPED', byKey: byKey.set(responseKey, most + 1 - total), most, steps };
    }
    if (thrown instanceof TooMany) return { kind: 'TOO_MANY', responseKey, steps };
    throw thrown;
  }
}

class TooMany extends Error {
  override readonly name = 'TooMany';
}

/** More than whoever asks may pay; fewer than nobody may. */
class Enough extends Error {
  override readonly name = 'Enough';
}

/** The fields of one response key of one selection, merged. */
interface MergedField {
  /** `undefined` for `__typename`. */
  readonly definition: MetaField | undefined;
  /** `undefined` when they cannot be coerced: then the field is an error, and null. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
  /** What is selected of each object of the result; `undefined` for a leaf. */
  readonly selection: Selection | undefined;
}

type MetaField = GraphQLField<unknown, unknown>;

interface Selection {
  readonly fields: readonly MergedField[];
  /** Those of the fields that answer a text. */
  readonly texts: readonly MetaField[];
  /** None of them leads further. */
  readonly isFlat: boolean;
  /** What was counted before, by element. */
  readonly known: Map<object, number>;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function startCount(view: GraphQLSchema, fragments: Fragments, variables: CoercedVariables, most: number) {
  const info = { schema: view } as GraphQLResolveInfo;
  /** By the type and the nodes that they merge: the same through whatever fragment they were reached. */
  const selections = new Map<string, Selection>();
  const numbers = new Map<object, number>();
  /** What the answer has at least: the results of each field of each element, where the element is first met. */
  let met = 0;
  let merged = 0;
  const walk: Walk = {
    schema: view,
    fragment: (name) => fragments.get(name),
    enters(selection) {
      if (++merged > mostMerged) throw new TooMany();
      return isExecuted(selection, variables);
    },
  };
  return { collect, mergedField, countField, atMost, steps: () => Math.ceil((met + merged) / metInStep) };

  function countObject(selection: Selection, element: object): number {
    const known = selection.known.get(element);
    if (known !== undefined) return known;
    let sum = sizeOf(selection, element);
    if (!selection.isFlat) for (const field of selection.fields) sum = atMost(sum + countField(field, element));
    selection.known.set(element, sum);
    return sum;
  }

  /** An object of the answer without what lies below it. */
  function sizeOf({ fields, texts }: Selection, element: object): number {
    let size = 1 + fields.length;
    for (const text of texts) size += lengthOf(text, element);
    return size;
  }

  /** For how many fields a text counts beside its own. */
  function lengthOf(text: MetaField, element: object): number {
    if (text.name !== printedText) return Math.floor(textLength(text, element) / charactersOf.text);
    const known = printedLengths.get(element);
    if (known !== undefined) return known;
    const length = Math.floor(textLength(text, element) / charactersOf.printed);
    printedLengths.set(element, length);
    return length;
  }

  function textLength(text: MetaField, element: object): number {
    const value: unknown = text.resolve?.(element, {}, undefined, info);
    return typeof value === 'string' ? value.length : 0;
  }

  /** All objects of the result. */
  function countField({ definition, args, selection }: MergedField, parent: unknown): number {
    if (!definition?.resolve || !args || !selection) return 0;
    const value: unknown = definition.resolve(parent, args, undefined, info);
    if (typeof value !== 'object' || value === null) return 0;
    const elements = isListType(getNullableType(definition.type)) ? (value as readonly object[]) : [value];
    let themselves = 0;
    for (const element of elements) {
      const size = sizeOf(selection, element);
      themselves += size;
      met += size;
      atMost(met);
    }
    if (selection.isFlat) return themselves;
    let sum = 0;
    for (const element of elements) {
      sum = atMost(sum + countObject(selection, element));
    }
    return sum;
  }

  function selectionOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Selection {
    const collected = collect(type, sets);
    const name = `${type.name} ${[...collected.values()].map((nodes) => nodes.map(numberOf).join()).join(' ')}`;
    const known = selections.get(name);
    if (known) return known;
    const fields = [...collected.values()].map((nodes) =>
      mergedField(type.getFields()[nodes[0]?.name.value ?? ''], nodes),
    );
    const texts = fields.flatMap(({ definition }) => (definition && isText(definition) ? definition : []));
    const selection = { fields, texts, isFlat: fields.every((field) => !field.selection), known: new Map() };
    selections.set(name, selection);
    return selection;
  }

  /** Without a definition it is `__typename`. */
  function mergedField(definition: MetaField | undefined, nodes: readonly FieldNode[]): MergedField {
    const [first] = nodes;
    const result = definition && getNamedType(definition.type);
    if (!first || !definition || !isObjectType(result)) return { definition, args: undefined, selection: undefined };
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    return { definition, args: argumentsOf(definition, first), selection: selectionOf(result, sets) };
  }

  function argumentsOf(definition: MetaField, node: FieldNode): Readonly<Record<string, unknown>> | undefined {
    try {
      return getArgumentValues(definition, node, variables);
    } catch {
      return undefined;
    }
  }

  function collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[]) {
    return fieldsByKey(type, sets, walk);
  }

  function atMost(counted: number): number {
    if (counted > most) throw most < mostIntrospected ? new Enough() : new TooMany();
    return counted;
  }

  function numberOf(node: FieldNode): number {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  }
}

function isText({ type }: MetaField): boolean {
  return getNullableType(type) === GraphQLString;
}

function fragmentsOf({ definitions }: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** A condition that has no value fails when it is executed, and answers nothing: then more is counted. */
function isExecuted({ directives = [] }: SelectionNode, variables: CoercedVariables): boolean {
  return directives.every(({ name, arguments: given }) => {
    const condition = given?.find((argument) => argument.name.value === 'if')?.value;
    const value =
      condition?.kind === Kind.VARIABLE && Object.hasOwn(variables, condition.name.value)
        ? variables[condition.name.value]
        : condition?.kind === Kind.BOOLEAN && condition.value;
    if (condition === undefined) return true;
    return name.value === 'skip' ? value !== true : name.value !== 'include' || value !== false;
  });
}

/** `undefined` for a field of the data. */
function rootField(node: FieldNode | undefined): MetaField | undefined {
  return [SchemaMetaFieldDef, TypeMetaFieldDef].find(({ name }) => name === node?.name.value);
}
