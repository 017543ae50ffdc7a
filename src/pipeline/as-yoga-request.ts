import type { AcceptedAnswer } from '../http/accept.ts';
import { isJsonBody } from '../http/content-type.ts';

/**
 * The request as Yoga shall read it, so that it decides nothing anew: by one of the two methods that it knows, with the
 * answer's type in `Accept` (beside the type of streams, where these are accepted: a single answer is then still given in
 * the first), and with a `Content-Type` of JSON in the only spelling that it takes. What its type is no JSON is refused later,
 * when it is known who asks (`unreadableBody`); its body is then read from the request as it came (`read-body.ts`).
 */
export function asYogaRequest(request: Request, { preferred, eventStream }: AcceptedAnswer): Request {
  const { method, url, headers, signal } = request;
  headers.set(
    'accept',
    eventStream && preferred !== 'text/event-stream' ? `${preferred}, text/event-stream` : preferred,
  );
  if (isJsonBody(headers.get('content-type'))) headers.set('content-type', 'application/json');
  if (method === 'HEAD') return new Request(url, { method: 'GET', headers, signal });
  if (method === 'QUERY') return new Request(url, { method: 'POST', headers, signal });
  return request;
}
