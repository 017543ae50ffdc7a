import type { DocumentNode, GraphQLError } from 'graphql';
import { type CostFormula, compileFormula } from '../../cost/compile-formula.ts';
import { codedError } from '../../kernel/errors.ts';
import { compileDocument } from '../../plan/compile-document/compile-document.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { createPlanCache } from '../../plan/plan-cache.ts';
import { compileDemands, type Demands } from '../../privileges/demands.ts';
import { type ArgumentChecks, type ArgumentReader, argumentChecks } from './check-arguments.ts';
import { badLiteral } from './check-text.ts';
import { type SeparatedDocument, separateIntrospection } from './separate-introspection.ts';

/** All that can be known of a document and an operation of it before a request: made once, shared by all keys. */
export interface PreparedOperation {
  readonly plan: DocumentPlan;
  readonly demands: Demands;
  readonly formula: CostFormula;
  /** Fields whose arguments have rules of the API, and variables that have one of GraphQL. */
  readonly argumentChecks: ArgumentChecks;
  /** Present when the operation asks for the schema. */
  readonly separated: SeparatedDocument | undefined;
}

export type PrepareAnswer =
  | { readonly kind: 'PREPARED'; readonly operation: PreparedOperation }
  | { readonly kind: 'REFUSED'; readonly error: GraphQLError };

export type PrepareOperation = (document: DocumentNode, operationName: string | undefined) => PrepareAnswer;

export interface PrepareOptions {
  readonly argumentReader: ArgumentReader;
  readonly maxDepth: number;
  /** Documents that stay compiled. */
  readonly maxDocuments: number;
}

/** Most selections, counted for each possible type, that a document may come to. */
const maxSteps = 10_000;

export function operationPreparer(
  schema: CompiledSchema,
  { maxDepth, maxDocuments, argumentReader }: PrepareOptions,
): PrepareOperation {
  const cache = createPlanCache<PrepareAnswer>(maxDocuments);
  return (document, operationName) =>
    cache.get(document, operationName, () => {
      const problem = badLiteral(document);
      if (problem) return refusedWith(codedError('BAD_USER_INPUT', problem));
      const answer = compileDocument(schema, document, operationName, { maxSteps, maxDepth });
      switch (answer.kind) {
        case 'NO_OPERATION':
          return refusedWith(codedError('OPERATION_RESOLUTION_FAILURE', answer.message));
        case 'TOO_DEEP':
          return refusedWith(
            codedError('QUERY_TOO_DEEP', `The document nests fields deeper than ${answer.limit} levels.`),
          );
        case 'TOO_COMPLEX':
          return refusedWith(
            codedError(
              'QUERY_TOO_COMPLEX',
              `The document comes to more than ${maxSteps} selections; split it into smaller operations.`,
            ),
          );
        case 'PLANNED':
          return prepared(schema, document, answer.plan, argumentReader);
      }
    });
}

function prepared(
  schema: CompiledSchema,
  document: DocumentNode,
  plan: DocumentPlan,
  reader: ArgumentReader,
): PrepareAnswer {
  if (introspectsBelowRoot(plan)) {
    const message = 'The fields __schema and __type can be selected on the operation itself only.';
    return refusedWith(codedError('GRAPHQL_VALIDATION_FAILED', message));
  }
  const demands = compileDemands(schema, plan);
  const formula = compileFormula(schema, plan);
  const checks = argumentChecks(schema.schema, document, plan, reader);
  const separated = plan.introspects ? separateIntrospection(document, plan.operation) : undefined;
  return { kind: 'PREPARED', operation: { plan, demands, formula, argumentChecks: checks, separated } };
}

/**
 * A field that returns the query type can select `__schema` again (graphql-js allows it wherever the parent is the
 * query type). There it would be answered from the full schema, beside the caller's view.
 */
function introspectsBelowRoot(plan: DocumentPlan): boolean {
  return (
    plan.introspects &&
    plan.selections.some(
      (selection) =>
        selection !== plan.root &&
        selection.byType.some(({ fields }) => fields.some(({ kind }) => kind === 'INTROSPECTION')),
    )
  );
}

function refusedWith(error: GraphQLError): PrepareAnswer {
  return { kind: 'REFUSED', error };
}
