import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  visit,
} from 'graphql';
import { codedError, codeOf } from '../../kernel/errors.ts';
import { type CoercedVariables, type Condition, type DocumentPlan, holds } from '../../plan/document-plan.ts';
import { neverNullVariables, nullProblems } from './null-variables.ts';

/** How an API reads the arguments of its fields, beyond what GraphQL makes of them: ranges, texts, ids of its own. */
export interface ArgumentReader {
  reads(field: GraphQLField<unknown, unknown>): boolean;
  /** Throws, or rejects with, what is wrong with them. */
  read(field: GraphQLField<unknown, unknown>, node: FieldNode, context: object, info: ReaderInfo): unknown;
}

export type ReaderInfo = Pick<GraphQLResolveInfo, 'fragments' | 'operation' | 'schema' | 'variableValues'>;

/** A field of an operation whose arguments are to be read. */
export interface ArgumentCheck {
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly when: Condition;
  /** Names of the variables in its arguments. */
  readonly variables: readonly string[];
}

export interface ArgumentChecks {
  readonly read: readonly ArgumentCheck[];
  /** Variables that stand where null may not, though their types have it. */
  readonly neverNull: readonly string[];
}

/** Known with the document: few fields have arguments, fewer have rules for them. */
export function argumentChecks(
  schema: GraphQLSchema,
  document: DocumentNode,
  plan: DocumentPlan,
  reader: ArgumentReader,
): ArgumentChecks {
  return { read: readChecks(schema, plan, reader), neverNull: neverNullVariables(schema, document, plan.operation) };
}

export function readChecks(
  schema: GraphQLSchema,
  plan: DocumentPlan,
  reader: ArgumentReader,
): readonly ArgumentCheck[] {
  const checks = new Map<FieldNode, ArgumentCheck>();
  for (const { byType } of plan.selections) {
    for (const { type, fields } of byType) {
      for (const field of fields) {
        if (field.kind !== 'FIELD' || field.arguments.length === 0 || checks.has(field.node)) continue;
        const object = schema.getType(type.name);
        const definition = isObjectType(object) ? object.getFields()[field.field.coordinate.field] : undefined;
        if (!definition || !reader.reads(definition)) continue;
        const { node, when } = field;
        checks.set(node, { definition, node, when, variables: variablesIn(node.arguments ?? []) });
      }
    }
  }
  return [...checks.values()];
}

function variablesIn(nodes: readonly ASTNode[]): readonly string[] {
  const names = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void names.add(name.value) });
  return [...names];
}

/** Nobody reads more errors: what comes after them is not looked at. */
const mostErrors = 20;

/** Values that are read again for more than one error. */
const mostForErrors = 2_000;

/** Values that are read again for all fields of an operation. */
export const mostReadAgain = 50_000;

/**
 * What is wrong with the arguments of an operation, before anything of it runs. Only errors with a code of ours count:
 * a reader that fails otherwise will fail again where it belongs, at its field. A long variable is read again for each
 * further field that takes it, and who is refused pays nothing for that: so there is a bound on what is read again.
 */
export async function checkArguments(
  { read, neverNull }: ArgumentChecks,
  reader: ArgumentReader,
  {
    schema,
    plan,
    variables,
    context,
  }: { schema: GraphQLSchema; plan: DocumentPlan; variables: CoercedVariables; context: object },
): Promise<readonly GraphQLError[]> {
  const errors: GraphQLError[] = [...nullProblems(neverNull, variables, plan.operation)];
  if (errors.length > 0) return errors;
  const info = { schema, operation: plan.operation, variableValues: { ...variables }, fragments: noFragments };
  const again = readAgain(variables);
  for (const { definition, node, when, variables: names } of read) {
    if (!holds(when, variables)) continue;
    const values = again(names);
    if (values > mostReadAgain && errors.length === 0) errors.push(tooMany(node));
    if (errors.length >= (values > mostForErrors ? 1 : mostErrors)) break;
    const problem = await problemOf(() => reader.read(definition, node, context, info));
    if (problem) errors.push(new GraphQLError(problem.message, { nodes: node, extensions: problem.extensions }));
  }
  return errors;
}

function tooMany(node: FieldNode): GraphQLError {
  const message = `The variables that fields share come to more than ${mostReadAgain} values. Give each to fewer fields, shorten its lists, or split the operation.`;
  return codedError('QUERY_TOO_COMPLEX', message, {}, { nodes: node });
}

/** Counts the values of variables from the second field on that takes them; what is read once, the body bounds. */
function readAgain(variables: CoercedVariables): (names: readonly string[]) => number {
  const sizes = new Map<string, number>();
  let values = 0;
  return (names) => {
    for (const name of names) {
      const size = sizes.get(name);
      if (size === undefined) sizes.set(name, valuesIn(variables[name]));
      else values += size;
    }
    return values;
  };
}

/** One for each hundred characters of a text as well. Depth is bounded (`check-text.ts`). */
function valuesIn(value: unknown): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / 100);
  if (typeof value !== 'object' || value === null) return 1;
  let values = 1;
  for (const inner of Object.values(value)) values += valuesIn(inner);
  return values;
}

async function problemOf(read: () => unknown): Promise<GraphQLError | undefined> {
  try {
    await read();
    return undefined;
  } catch (thrown) {
    return thrown instanceof GraphQLError && codeOf(thrown) === 'BAD_USER_INPUT' ? thrown : undefined;
  }
}

const noFragments: Record<string, FragmentDefinitionNode> = {};
