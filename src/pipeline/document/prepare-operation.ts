import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { compileFormula } from '../../cost/compile-formula.ts';
import { codedError } from '../../kernel/errors.ts';
import { compileDocument } from '../../plan/compile-document/compile-document.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { compileDemands } from '../../privileges/demands.ts';
import { takingCoercedVariables } from '../execute/coerced-once.ts';
import { type ArgumentReader, argumentChecks } from './check-arguments.ts';
import { badLiteral } from './check-text.ts';
import type { KnownDocuments } from './known-documents.ts';
import type { PrepareAnswer } from './prepared-operation.ts';
import { type SeparatedDocument, separateIntrospection } from './separate-introspection.ts';

export type { PrepareAnswer, PreparedOperation } from './prepared-operation.ts';

export type PrepareOperation = (document: DocumentNode, operationName: string | undefined) => PrepareAnswer;

export interface PrepareOptions {
  readonly argumentReader: ArgumentReader;
  readonly maxDepth: number;
}

/** Most selections, counted for each possible type, that a document may come to. */
const maxSteps = 10_000;

/** Compiles an operation unless it is known. Whether it is kept, the rest of the request decides: what is refused is not. */
export function operationPreparer(
  schema: CompiledSchema,
  known: KnownDocuments,
  { maxDepth, argumentReader }: PrepareOptions,
): PrepareOperation {
  return (document, operationName) => {
    const definition = getOperationAST(document, operationName);
    const operation = definition ? known.operation(document, definition) : undefined;
    if (operation) return { kind: 'PREPARED', operation, steps: 0 };
    const problem = badLiteral(document);
    if (problem) return refusedWith(codedError('BAD_USER_INPUT', problem.message, {}, { nodes: problem.node }));
    const answer = compileDocument(schema, document, operationName, { maxSteps, maxDepth });
    switch (answer.kind) {
      case 'NO_OPERATION':
        return refusedWith(
          codedError('OPERATION_RESOLUTION_FAILURE', answer.message, {}, { nodes: answer.node ?? null }),
        );
      case 'TOO_DEEP':
        return refusedWith(
          codedError(
            'QUERY_TOO_DEEP',
            `The document nests fields deeper than ${answer.limit} levels.`,
            answer.path ? { path: answer.path } : {},
            { nodes: answer.node },
          ),
          answer.steps,
        );
      case 'TOO_COMPLEX':
        return refusedWith(
          codedError(
            'QUERY_TOO_COMPLEX',
            `The document comes to more than ${maxSteps} selections; split it into smaller operations.`,
            {},
            { nodes: definition ?? null },
          ),
          maxSteps,
        );
      case 'PLANNED':
        return prepared(schema, document, answer, argumentReader);
    }
  };
}

function prepared(
  schema: CompiledSchema,
  document: DocumentNode,
  { plan, steps }: { readonly plan: DocumentPlan; readonly steps: number },
  reader: ArgumentReader,
): PrepareAnswer {
  const below = introspectedBelowRoot(plan);
  if (below) {
    const message = 'The fields __schema and __type can be selected on the operation itself only.';
    return refusedWith(codedError('GRAPHQL_VALIDATION_FAILED', message, {}, { nodes: below }), steps);
  }
  const demands = compileDemands(schema, plan);
  const formula = compileFormula(schema, plan);
  const checks = argumentChecks(schema.schema, document, plan, reader);
  const executed = takingCoercedVariables(document, plan.operation);
  const separated = plan.introspects ? halvesOf(document, plan.operation) : undefined;
  return {
    kind: 'PREPARED',
    operation: { plan, demands, formula, argumentChecks: checks, executed, separated },
    steps,
  };
}

/** What is executed of an operation that asks for the schema. */
export function halvesOf(document: DocumentNode, operation: OperationDefinitionNode): SeparatedDocument {
  const { data, introspection } = separateIntrospection(document, operation);
  return {
    data: data && takingCoercedVariables(data, undefined, operation),
    introspection: introspection && takingCoercedVariables(introspection, undefined, operation),
  };
}

/**
 * A field that returns the query type can select `__schema` again (graphql-js allows it wherever the parent is the
 * query type). There it would be answered from the full schema, beside the caller's view.
 */
function introspectedBelowRoot(plan: DocumentPlan): FieldNode | undefined {
  if (!plan.introspects) return undefined;
  const below = plan.selections.filter((selection) => selection !== plan.root);
  const fields = below.flatMap(({ byType }) => byType.flatMap(({ fields: ofType }) => ofType));
  return fields.find(({ kind }) => kind === 'INTROSPECTION')?.node;
}

function refusedWith(error: GraphQLError, steps = 0): PrepareAnswer {
  return { kind: 'REFUSED', error, steps };
}
