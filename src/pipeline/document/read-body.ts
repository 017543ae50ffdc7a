import type { GraphQLParams } from 'graphql-yoga';
import { type Refusal, refused } from '../../admission/verdict.ts';
import type { ReadBody } from '../../http/body-limit.ts';
import { codedError } from '../../kernel/errors.ts';

export type BodyParams = { readonly kind: 'READ'; readonly params: GraphQLParams } | Refusal;

/** `BROKEN`: it broke off, and nobody reads what is answered. */
export type SentBody = ReadBody | { readonly kind: 'BROKEN' };

/** A body as JSON (RFC 8259): in UTF-8, a mark of its order of bytes aside (§8.1). */
export function paramsOfBody(body: SentBody, maxBytes: number): BodyParams {
  if (body.kind === 'TOO_LARGE') {
    const message = `The request body is larger than ${maxBytes} bytes, or comes in too many chunks.`;
    // Nobody waits for the rest of it.
    return refused('INVALID', [codedError('PAYLOAD_TOO_LARGE', message)], { Connection: 'close' });
  }
  if (body.kind === 'BROKEN') return invalid('The body broke off.');
  const text = textOf(body.bytes);
  if (text === undefined) return invalid('The body is not UTF-8.');
  let params: unknown;
  try {
    params = JSON.parse(text);
  } catch {
    return invalid('POST body sent invalid JSON.');
  }
  if (typeof params === 'object' && params !== null) return { kind: 'READ', params };
  return invalid(`POST body is expected to be object but received ${params === null ? 'null' : typeof params}`);
}

/** Bytes that mean no character would be stored as others than were sent. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function invalid(message: string): Refusal {
  return refused('INVALID', [codedError('BAD_REQUEST', message)]);
}
