/** A request whose body is known to be within the limit, or the reason why it is refused. */
export type LimitedBody = { readonly kind: 'WITHIN'; readonly request: Request } | { readonly kind: 'TOO_LARGE' };

/**
 * Enforces the body limit before anything reads the body. With `Content-Length` the header decides at once (HTTP/1.1
 * servers never read past it, RFC 9112 §6.3); without it the body is read up to the limit and no further.
 */
export async function limitBody(request: Request, maxBytes: number): Promise<LimitedBody> {
  if (request.body === null || request.method === 'GET' || request.method === 'HEAD')
    return { kind: 'WITHIN', request };
  const declared = request.headers.get('content-length');
  if (declared !== null)
    return /^\d{1,15}$/.test(declared) && Number(declared) <= maxBytes
      ? { kind: 'WITHIN', request }
      : { kind: 'TOO_LARGE' };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const parts = (request.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  // Not `for await`: leaving it ends the stream, and with it the connection, before anything was answered.
  for (let part = await parts.next(); !part.done; part = await parts.next()) {
    size += part.value.byteLength;
    if (size > maxBytes) return { kind: 'TOO_LARGE' };
    chunks.push(part.value);
  }
  const { method, headers, url, signal } = request;
  return { kind: 'WITHIN', request: new Request(url, { method, headers, body: Buffer.concat(chunks), signal }) };
}
