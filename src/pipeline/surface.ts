import type { GraphQLSchema } from 'graphql';
import type { CostMeters } from '../cost/cost-meter.ts';
import type { CountIntrospected } from '../cost/introspection-counts.ts';
import type { ApiKeyRecord, ApiKeyType } from '../keys/api-key.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../privileges/compile-privileges.ts';
import type { CompiledRestrictions } from '../restrictions/compile-restrictions.ts';
import type { UrgentMutations } from './admit/urgent.ts';
import type { RemainingOperations } from './denials/remaining-operations.ts';
import type { ArgumentReader } from './document/check-arguments.ts';
import type { KnownDocuments } from './document/known-documents.ts';
import type { PrepareOperation } from './document/prepare-operation.ts';
import type { ViewValidation } from './document/validate-document.ts';
import type { AnswerMeters } from './execute/fields/answer-meter.ts';

/** One API behind the gate: its schema and all that was compiled from it. */
export interface Surface {
  readonly type: ApiKeyType;
  readonly compiled: CompiledSchema;
  /** Executable, with everything installed that counts and guards. */
  readonly schema: GraphQLSchema;
  readonly meters: CostMeters;
  /** What is found by the text of a document. */
  readonly documents: KnownDocuments;
  /** How large the answers of its executions are, and may be. */
  readonly answers: AnswerMeters;
  readonly prepare: PrepareOperation;
  readonly argumentReader: ArgumentReader;
  /** Mutations that are never throttled, with what of their answer: those that end or disable a key. */
  readonly urgentMutations: UrgentMutations;
  /** Privileges of a key on this schema; keys with the same rules share one. */
  privilegesOf(key: ApiKeyRecord): CompiledPrivileges;
  /** Where a key works and for what; compiled once for each version of it. */
  restrictionsOf(key: ApiKeyRecord): CompiledRestrictions | undefined;
  /** The same while they are measured and not enforced. */
  measuredOf(privileges: CompiledPrivileges): CompiledPrivileges;
  /** What denials leave of a query. */
  readonly withoutDenied: RemainingOperations;
  /** What is wrong with a document for somebody who knows this view and nothing else. */
  readonly validateOnView: ViewValidation;
  /** What an operation asks of a view's `__schema` and `__type`. */
  readonly countIntrospected: CountIntrospected;
  /** What a key may know of the schema: introspection, SDL and suggestions come from here. */
  viewOf(privileges: CompiledPrivileges): GraphQLSchema;
}
