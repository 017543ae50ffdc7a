import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { isUnavailable } from '../db/database-error.ts';
import type { Arrival } from '../http/arrival.ts';
import type { ReadBody } from '../http/body-limit.ts';
import { errorResponse } from '../http/error-response.ts';
import { codedError, codeOf } from '../kernel/errors.ts';
import { type PartnerFeedback, type PartnerMatch, readPartnerReport } from './partner-report.ts';
import { isSignedBy, type PartnerKeys } from './partner-signature.ts';

export interface PartnerEndpointOptions {
  readonly keys: PartnerKeys;
  /** Deals with what was found. */
  readonly report: (matches: readonly PartnerMatch[]) => Promise<readonly PartnerFeedback[]>;
  readonly logger: Logger;
}

/** Answers a request; `read` reads its body, as far as it is within its limit. */
export type PartnerEndpoint = (
  request: Request,
  arrival: Pick<Arrival, 'requestId' | 'accept'>,
  read: () => Promise<ReadBody>,
) => Promise<Response | 'TOO_LARGE'>;

/**
 * What GitHub's secret scanning calls with keys that it found: a JSON array, signed over its bytes. Nothing is read of a
 * body whose signer is not known. The protocol has no time and no number in what is signed, so that a report can be sent
 * again by whoever saw it: dealing with it twice must be the same as once.
 */
export function createPartnerEndpoint({ keys, report, logger }: PartnerEndpointOptions): PartnerEndpoint {
  return async (request, { requestId, accept }, read) => {
    if (request.method !== 'POST') {
      const error = codedError('METHOD_NOT_ALLOWED', 'This path answers POST only.');
      return errorResponse(accept, error, { Allow: 'POST' });
    }
    const body = await signedBody(request.headers, read, keys);
    if (body === 'TOO_LARGE') return body;
    if (!body) {
      logger.info({ requestId }, 'a secret scanning report was refused: its signature is not of a configured key');
      return errorResponse(accept, codedError('SIGNATURE_INVALID', 'The report is not signed by a key that is known.'));
    }
    const matches = readPartnerReport(new TextDecoder().decode(body));
    if (!matches) {
      return errorResponse(
        accept,
        codedError('BAD_REQUEST', 'The report is not a JSON array of { token, type, url }.'),
      );
    }
    try {
      const feedback = await report(matches);
      const keysFound = feedback.filter(({ label }) => label === 'true_positive').length;
      logger.info({ requestId, matches: matches.length, keysFound }, 'secret scanning report');
      return Response.json(feedback);
    } catch (cause) {
      const unavailable = unavailability(cause);
      if (!unavailable) throw cause;
      return errorResponse(accept, unavailable, { 'Retry-After': '1' });
    }
  };
}

/** Whoever names no key that is known has nothing read. */
async function signedBody(
  headers: Headers,
  read: () => Promise<ReadBody>,
  keys: PartnerKeys,
): Promise<Uint8Array | 'TOO_LARGE' | undefined> {
  const key = keys.get(headers.get('github-public-key-identifier') ?? '');
  const signature = headers.get('github-public-key-signature');
  if (!key || signature === null) return undefined;
  const body = await read();
  if (body.kind === 'TOO_LARGE') return body.kind;
  return isSignedBy(key, body.bytes, signature) ? body.bytes : undefined;
}

function unavailability(cause: unknown): GraphQLError | undefined {
  if (!isUnavailable(cause) && codeOf(cause) !== 'DATABASE_UNAVAILABLE') return undefined;
  return codedError('DATABASE_UNAVAILABLE', 'The database does not answer. Send the report again in a moment.');
}
