/** The whole body, or the reason why it is refused. */
export type ReadBody = { readonly kind: 'READ'; readonly bytes: Uint8Array } | { readonly kind: 'TOO_LARGE' };

/**
 * Whether the head alone says that the body is larger than it may be. A body is never longer than its `Content-Length`
 * (RFC 9112 §6.3); of one without that, only reading tells.
 */
export function declaresTooMuch({ body, method, headers }: Request, maxBytes: number): boolean {
  if (body === null || method === 'GET' || method === 'HEAD') return false;
  const declared = headers.get('content-length');
  return declared !== null && !(/^\d{1,15}$/.test(declared) && Number(declared) <= maxBytes);
}

/**
 * Reads a body up to the limit and no further. Rejects when it breaks off.
 *
 * @param cutShort aborted when nothing more comes, though it is not all here (`body-pieces.ts`)
 */
export async function readBody(request: Request, maxBytes: number, cutShort?: AbortSignal): Promise<ReadBody> {
  if (declaresTooMuch(request, maxBytes)) return { kind: 'TOO_LARGE' };
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (request.body !== null) {
    const parts = (request.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    const end = cutShort && endOf(cutShort);
    const next = end ? () => Promise.race([parts.next(), end]) : () => parts.next();
    // Not `for await`: leaving it ends the stream, and with it the connection, before anything was answered.
    for (let part = await next(); !part.done; part = await next()) {
      size += part.value.byteLength;
      if (size > maxBytes) return { kind: 'TOO_LARGE' };
      pieces.push(part.value);
    }
  }
  return cutShort?.aborted ? { kind: 'TOO_LARGE' } : { kind: 'READ', bytes: Buffer.concat(pieces) };
}

function endOf(cutShort: AbortSignal): Promise<IteratorReturnResult<undefined>> {
  const end = { done: true, value: undefined } as const;
  if (cutShort.aborted) return Promise.resolve(end);
  return new Promise((resolve) => cutShort.addEventListener('abort', () => resolve(end), { once: true }));
}
