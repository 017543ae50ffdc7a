import { createHmac, timingSafeEqual } from 'node:crypto';
import { codedError } from '../../kernel/errors.ts';

/** A row's place in an order: the values it is ordered by, the id last. */
export type CursorKey = readonly (string | number)[];

/** Writes and reads cursors of one field and one order. */
export interface CursorCodec {
  encode(key: CursorKey): string;
  /** @throws BAD_USER_INPUT when the cursor was not made by this field, in this order, on this server. */
  decode(cursor: string): CursorKey;
}

/** Bytes of HMAC-SHA-256 that a cursor carries: nobody forges one in 2^128 attempts. */
const macBytes = 16;
const longestCursor = 4096;

/**
 * Cursors as base64url of MAC and key. They are authenticated because a forged one would compare any value with a field
 * that its holder cannot read; and bound to `field` and `order` because a cursor of another one would.
 *
 * @param secret at least 32 bytes, the same on every instance
 * @param field schema coordinate, `Query.cities`
 * @param order name of the order, `POPULATION DESC`
 */
export function cursorCodec(secret: Uint8Array, field: string, order: string): CursorCodec {
  const macOf = (key: string): Buffer =>
    createHmac('sha256', secret)
      .update(JSON.stringify([field, order, key]))
      .digest()
      .subarray(0, macBytes);

  return {
    encode(key) {
      const content = JSON.stringify(key);
      return Buffer.concat([macOf(content), Buffer.from(content, 'utf8')]).toString('base64url');
    },
    decode(cursor) {
      const bytes = Buffer.from(cursor.length <= longestCursor ? cursor : '', 'base64url');
      const mac = bytes.subarray(0, macBytes);
      const content = bytes.subarray(macBytes).toString('utf8');
      const canonical = bytes.toString('base64url') === cursor;
      if (!canonical || mac.length < macBytes || !timingSafeEqual(mac, macOf(content))) {
        throw codedError(
          'BAD_USER_INPUT',
          'The cursor does not belong to this field and order: pass one that the same field returned in the same order.',
        );
      }
      // Only what `encode` wrote has this MAC.
      return JSON.parse(content) as CursorKey;
    },
  };
}
