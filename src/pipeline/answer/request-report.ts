import type { GraphQLError } from 'graphql';
import type { RequestReport } from '../../http/request-report.ts';
import { codeOf, ForeignError } from '../../kernel/errors.ts';
import { cleanLabel } from '../../usage/record/usage-labels.ts';
import type { UsageEvent } from '../../usage/usage-event.ts';
import type { RequestRecord } from '../request-record.ts';

const longestName = 100;
const none: readonly string[] = [];

/** What may be told of a finished request: who, what and what came of it; never arguments, variables or secrets. */
export function reportOf(record: RequestRecord, event: UsageEvent | undefined): RequestReport {
  const { surface, outcome, caller, operation, errors } = record;
  const [first] = errors;
  return {
    surface,
    outcome,
    errorCode: first && (codeOf(first) ?? 'INTERNAL_SERVER_ERROR'),
    keyPublicId: caller?.key.publicId,
    applicationId: caller?.key.application.id,
    operationName: operation?.name === undefined ? undefined : cleanLabel(operation.name, longestName),
    operationType: operation?.type,
    documentHash: event?.operation?.document?.hash,
    requestedQueryCost: record.requestedQueryCost,
    actualQueryCost: record.actualQueryCost,
    throttledBy: first ? [...new Set(errors.flatMap(limitOf))] : none,
    deniedPrivileges: first ? errors.flatMap(privilegeOf) : none,
    wouldBeDenied: record.wouldBeDenied,
    wouldBeThrottled: record.wouldBeThrottled,
  };
}

/** Which limit an error tells of, by a name of ours. */
function limitOf(error: GraphQLError): readonly string[] {
  switch (codeOf(error)) {
    case 'THROTTLED': {
      const { policy } = error.extensions;
      return [typeof policy === 'string' ? policy : 'cost'];
    }
    case 'QUOTA_EXCEEDED':
      return ['quota'];
    case 'COST_LIMIT_EXCEEDED':
      return ['operation'];
    case 'TOO_MANY_FAILED_ATTEMPTS':
      return ['attempts'];
    case 'FIELD_THROTTLED':
      return ['field'];
    default:
      return none;
  }
}

/** `READ`, `WRITE` or `UPDATE`, of an error that says that a privilege is missing. */
function privilegeOf(error: GraphQLError): readonly string[] {
  if (error instanceof ForeignError) return none;
  const { coordinate, privilege } = error.extensions;
  return typeof coordinate === 'string' && typeof privilege === 'string' ? [privilege] : none;
}
