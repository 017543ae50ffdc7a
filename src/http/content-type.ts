import { parse } from 'content-type';

/** Media types of a body that is an operation in JSON. */
const jsonTypes: ReadonlySet<string> = new Set(['application/json', 'application/graphql+json']);

/**
 * The one reader of `Content-Type` (RFC 9110 §8.3.1): names in any case, white space around `;`, quoted values, and
 * parameters that are empty (§5.6.6). Whether the body is JSON in UTF-8; more than one type, as repeated headers give it, is
 * none.
 */
export function isJsonBody(contentType: string | null): boolean {
  if (contentType === null) return false;
  try {
    const { type, parameters } = parse(contentType.replaceAll('\t', ' ').replaceAll(/; *(?=;|$)/g, ''));
    const charset = parameters['charset']?.toLowerCase() ?? 'utf-8';
    return jsonTypes.has(type) && (charset === 'utf-8' || charset === 'utf8');
  } catch {
    return false;
  }
}
