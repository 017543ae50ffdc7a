import type { GraphQLError } from 'graphql';
import type { Arrival } from '../../http/arrival.ts';
import type { RequestReport } from '../../http/request-report.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';
import { provesNoKey } from '../../keys/resolve/key-resolution.ts';
import { presentedHeader } from '../admit/presented-header.ts';
import { startRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { usageRecording } from './record-usage.ts';
import { reportOf } from './request-report.ts';

/** Tells of a request to an API that was refused, with this error, before the first step. Never rejects. */
export type TellRefused = (request: Request, arrival: Arrival, error: GraphQLError) => Promise<RequestReport>;

/**
 * A request that is refused before anybody asks who sent it (too large, by a method that there is not, with a key in its
 * URL) belongs to the usage of the key that it names all the same, as `INVALID` and with its code: whoever looks after the
 * key finds there why a client does not get through, or that the key is being spread in URLs. It proves nothing, so it is
 * no use of the key. One that names no known key is nobody's: metrics and the access log have it, usage does not, so that
 * noise fills no table. It takes what a request with a wrong secret takes: one look-up, or two of a URL; and it is a failed
 * attempt as that one is. From an address that had too many of them no key is looked for.
 *
 * `keyLikeIn` finds what looks like a key in a URL.
 */
export function tellRefused(
  surface: Surface,
  services: PipelineServices,
  keyLikeIn: (url: string) => string | undefined,
): TellRefused {
  const recordUsage = usageRecording(surface.compiled, services);

  async function namedKey(request: Request, arrival: Arrival): Promise<ApiKeyRecord | undefined> {
    if (services.failedAttempts.isBanned(arrival.clientAddress)) return undefined;
    const header = presentedHeader(request, arrival);
    // First the one in the URL, if any: that one has to be replaced.
    const texts = [keyLikeIn(request.url), header.kind === 'PRESENTED' ? header.text : undefined];
    let hasFailed = false;
    try {
      for (const text of texts) {
        if (text === undefined) continue;
        const resolution = await services.keys.resolve(text);
        hasFailed ||= provesNoKey(resolution);
        if ('key' in resolution) return resolution.key;
      }
      return undefined;
    } finally {
      if (hasFailed) services.failedAttempts.failed(arrival.clientAddress);
    }
  }

  return async (request, arrival, error) => {
    const record = startRecord(arrival, surface.type);
    record.outcome = 'INVALID';
    record.errors = [error];
    try {
      record.namedKey = await namedKey(request, arrival);
    } catch (err) {
      services.logger.debug({ requestId: arrival.requestId, err }, 'nobody knows whose request was refused');
    }
    const event = record.namedKey && services.watch.step('usage', () => recordUsage(record, request.headers));
    return reportOf(record, event);
  };
}
