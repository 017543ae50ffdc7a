import type { DocumentNode, GraphQLError } from 'graphql';
import type { CostFormula } from '../../cost/compile-formula.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import type { Demands } from '../../privileges/demands.ts';
import type { ArgumentChecks } from './check-arguments.ts';
import type { SeparatedDocument } from './separate-introspection.ts';

/** All that can be known of a document and an operation of it before a request, shared by all keys. */
export interface PreparedOperation {
  readonly plan: DocumentPlan;
  readonly demands: Demands;
  readonly formula: CostFormula;
  /** Fields whose arguments have rules of the API, and variables that have one of GraphQL. */
  readonly argumentChecks: ArgumentChecks;
  /** What is executed, with variables as they were coerced. */
  readonly executed: DocumentNode;
  /** Instead of `executed`, when the operation asks for the schema. */
  readonly separated: SeparatedDocument | undefined;
}

/** `steps`: what it took to compile the operation now; none for one that was known. */
export type PrepareAnswer =
  | { readonly kind: 'PREPARED'; readonly operation: PreparedOperation; readonly steps: number }
  | { readonly kind: 'REFUSED'; readonly error: GraphQLError; readonly steps: number };
