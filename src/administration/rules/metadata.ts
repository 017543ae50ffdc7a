import type { JsonObject } from '../../keys/store/api-key-details.ts';
import { badInput } from './text.ts';

/** The API's JSON scalar bounds depth and size of what comes in; this is the bound for whoever else calls. */
const maxBytes = 16_384;

export function checkMetadata(metadata: unknown): JsonObject | null | undefined {
  if (metadata === null || metadata === undefined) return metadata;
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw badInput('metadata', 'must be a JSON object');
  if (Buffer.byteLength(JSON.stringify(metadata)) > maxBytes) {
    throw badInput('metadata', `must have at most ${maxBytes} bytes as JSON`);
  }
  // The API's scalar makes objects without a prototype, which the query builder cannot take.
  return { ...metadata };
}
