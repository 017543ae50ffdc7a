import { Webhook } from 'standardwebhooks';
import type { DueEvent } from './outbox.ts';

export type Delivery =
  | { readonly kind: 'DELIVERED'; readonly answer: string }
  | { readonly kind: 'FAILED'; readonly answer: string };

export interface Receiver {
  readonly url: string;
  /** `whsec_` and base64, as Standard Webhooks write it. */
  readonly secret: string;
}

const deadlineMs = 10_000;

/**
 * One attempt: POST, signed as Standard Webhooks 1.0 say (`webhook-id`, `webhook-timestamp`, `webhook-signature`: HMAC-SHA-256
 * over the three). Any 2xx is a delivery; a redirect is not followed, for the signature is meant for this address. What
 * the receiver answers is not read.
 */
export async function deliver(
  { id, payload }: DueEvent,
  { url, secret }: Receiver,
  now: number,
  closing: AbortSignal,
): Promise<Delivery> {
  const body = JSON.stringify(payload);
  const at = new Date(now);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(deadlineMs)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'fieldpass',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
    });
    await response.body?.cancel();
    return { kind: response.ok ? 'DELIVERED' : 'FAILED', answer: `HTTP ${response.status}` };
  } catch (cause) {
    return { kind: 'FAILED', answer: reasonOf(cause) };
  }
}

/** Names, and no addresses: the text stands in the database and in the log. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  const code = cause.cause instanceof Error && 'code' in cause.cause ? String(cause.cause.code) : undefined;
  return code ?? cause.name;
}
