import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { codeOf } from '../../kernel/errors.ts';
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
  const checks = new Map<FieldNode, ArgumentCheck>();
  for (const { byType } of plan.selections) {
    for (const { type, fields } of byType) {
      for (const field of fields) {
        if (field.kind !== 'FIELD' || field.arguments.length === 0 || checks.has(field.node)) continue;
        const object = schema.getType(type.name);
        const definition = isObjectType(object) ? object.getFields()[field.field.coordinate.field] : undefined;
        if (definition && reader.reads(definition))
          checks.set(field.node, { definition, node: field.node, when: field.when });
      }
    }
  }
  return { read: [...checks.values()], neverNull: neverNullVariables(schema, document, plan.operation) };
}

/**
 * What is wrong with the arguments of an operation, before anything of it runs. Only errors with a code of ours count:
 * a reader that fails otherwise will fail again where it belongs, at its field.
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
  const errors: GraphQLError[] = [...nullProblems(neverNull, variables)];
  if (errors.length > 0) return errors;
  const info = { schema, operation: plan.operation, variableValues: { ...variables }, fragments: noFragments };
  for (const { definition, node, when } of read) {
    if (!holds(when, variables)) continue;
    try {
      await reader.read(definition, node, context, info);
    } catch (thrown) {
      if (thrown instanceof GraphQLError && codeOf(thrown) === 'BAD_USER_INPUT') {
        errors.push(new GraphQLError(thrown.message, { nodes: node, extensions: thrown.extensions }));
      }
    }
  }
  return errors;
}

const noFragments: Record<string, FragmentDefinitionNode> = {};
