import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { ErrorCode } from '../kernel/error-codes.ts';
import { codedError } from '../kernel/errors.ts';
import type { MakeId } from '../kernel/uuid.ts';
import { plainErrorResponse } from './error-response.ts';

export interface FaultsOptions {
  /** Told of every refusal that is given before or beside the pipeline. */
  readonly onRefusal: (code: ErrorCode) => void;
  readonly makeId: MakeId;
  readonly logger: Logger;
}

/** What becomes of whatever is thrown at the edge: a line in the log, a metric, and an answer without its text. */
export interface Faults {
  /** Masked; `requestId` is where the log has the cause. */
  error(cause: unknown, requestId: string): GraphQLError;
  /** The same as an answer to a request that nothing else is known of. */
  answer(cause: unknown): Response;
  /** Answers what never became a request: the same body as everywhere, and counted. */
  refusal(code: ErrorCode, message: string, status?: number): Response;
}

export function createFaults({ onRefusal, makeId, logger }: FaultsOptions): Faults {
  function error(cause: unknown, requestId: string): GraphQLError {
    onRefusal('INTERNAL_SERVER_ERROR');
    logger.error({ requestId, err: cause }, 'request failed');
    return codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', { requestId });
  }
  return {
    error,
    answer(cause) {
      const requestId = makeId();
      return plainErrorResponse(error(cause, requestId), requestId);
    },
    refusal(code, message, status) {
      onRefusal(code);
      return plainErrorResponse(codedError(code, message), makeId(), status);
    },
  };
}
