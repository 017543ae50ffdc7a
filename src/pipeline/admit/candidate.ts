import type { DocumentNode } from 'graphql';
import type { CostMode } from '../../cost/cost-extensions.ts';
import type { CoercedVariables } from '../../plan/document-plan.ts';
import type { RawVariables } from '../document/coerce-variables.ts';
import type { PreparedOperation } from '../document/prepared-operation.ts';
import type { CandidateReading } from './reading.ts';

/** An operation with its variables, in both forms: as sent (what was supplied) and as execution will use them. */
export interface VariableValues {
  readonly raw: RawVariables;
  readonly coerced: CoercedVariables;
}

/** What asks to be admitted. */
export interface Candidate {
  readonly operation: PreparedOperation;
  /** As it was sent, of which the operation may be what denials left. */
  readonly document: DocumentNode;
  readonly variables: VariableValues;
  /** The context value that it will be executed with. */
  readonly context: object;
  /** Of a request that asked for its price. */
  readonly costMode?: CostMode | undefined;
  /** Absent when nobody has read the document for this: an event of a stream, an explanation. */
  readonly reading?: CandidateReading | undefined;
}
