import type { GraphQLError } from 'graphql';
import { codedError } from '../kernel/errors.ts';

/**
 * Only JSON in UTF-8, and nothing compressed. Forms and plain text are what a foreign page can send without a preflight
 * (Fetch standard, "CORS-safelisted request-header"); a GET with another content type is the same trick in browsers
 * that let it pass; exotic charsets and encodings make a small body a large one.
 */
export function unreadableBody({ method, headers }: Request): GraphQLError | undefined {
  const contentType = headers.get('content-type');
  if (contentType === null && method === 'GET') return undefined;
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isJson = type.trim() === 'application/json' || type.trim() === 'application/graphql+json';
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (isJson && isUtf8 && encoding === 'identity') return undefined;
  return codedError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8, uncompressed.');
}

/** A subscription is answered as Server-Sent Events, or not at all. */
export function acceptsEventStream(accept: string | null): boolean {
  return accept === null || /(?:text\/event-stream|text\/\*|\*\/\*)/i.test(accept);
}
