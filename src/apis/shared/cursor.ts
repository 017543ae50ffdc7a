import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { codedError } from '../../kernel/errors.ts';

/** A row's place in an order: the values it is ordered by, the id last. */
export type CursorKey = readonly (string | number)[];

/** Writes and reads cursors of one field and one order. */
export interface CursorCodec {
  encode(key: CursorKey): string;
  /** @throws BAD_USER_INPUT when the cursor was not made by this field, in this order, on this server. */
  decode(cursor: string): CursorKey;
}

/** Bytes of HMAC-SHA-256 that a cursor carries: nobody forges one in 2^128 attempts. They are the counter's start, too. */
const macBytes = 16;
const cipher = 'aes-256-ctr';
const longestCursor = 4096;

/**
 * Cursors as base64url of MAC and encrypted key, with the MAC as synthetic initialization vector (the construction of RFC
 * 5297): one row has one cursor. They are authenticated because a forged one would compare any value with a field that its
 * holder cannot read; bound to `field` and `order` because a cursor of another one would; and encrypted because a key can
 * hold what its holder may not read.
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

  const encryptionKey = createHmac('sha256', secret).update('cursor encryption').digest();

  return {
    encode(key) {
      const content = JSON.stringify(key);
      const mac = macOf(content);
      const encrypted = createCipheriv(cipher, encryptionKey, mac).update(content, 'utf8');
      return Buffer.concat([mac, encrypted]).toString('base64url');
    },
    decode(cursor) {
      const bytes = Buffer.from(cursor.length <= longestCursor ? cursor : '', 'base64url');
      const mac = bytes.subarray(0, macBytes);
      const canonical = bytes.toString('base64url') === cursor && mac.length === macBytes;
      const content = canonical
        ? createDecipheriv(cipher, encryptionKey, mac).update(bytes.subarray(macBytes)).toString('utf8')
        : '';
      if (!canonical || !timingSafeEqual(mac, macOf(content))) {
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
