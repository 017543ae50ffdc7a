import type { IncomingMessage } from 'node:http';

/** How a body that says no length beforehand has come so far. */
export interface BodyPieces {
  /**
   * Aborted when it came in too many pieces, or is longer than any body may be: nothing more is read of it, nor of the
   * connection. `undefined` where that cannot be.
   */
  readonly cutShort: AbortSignal | undefined;
  /** Nobody reads what is still to come: it is taken from the connection, within the same bounds, so that a next request can. */
  dropRest(): void;
}

/** Of a body in chunks (RFC 9112 §7.1). A client that streams what it makes sends hundreds of bytes at once. */
const freePieces = 1_000;
const bytesOfPiece = 16;

/**
 * Bounds the pieces of a body. Node's parser hands over each chunk by itself, however small: a body of 100,000 chunks of one
 * byte is work for a tenth of a second, and nobody is known yet who pays for it. Bodies with a length have pieces of the
 * size of a packet, and as many bytes as they say.
 */
export function boundPieces(incoming: IncomingMessage, maxBytes: number): BodyPieces {
  if (incoming.headers['transfer-encoding'] === undefined) {
    return { cutShort: undefined, dropRest: () => {} };
  }
  const push = incoming.push.bind(incoming);
  let pieces = 0;
  let bytes = 0;
  let isDropping = false;
  const cut = new AbortController();
  incoming.push = (piece: Uint8Array | null, encoding?: BufferEncoding): boolean => {
    // The parser reads no more of the connection, and whatever it still holds of it goes nowhere.
    if (cut.signal.aborted) return false;
    if (piece === null) return push(null);
    pieces++;
    bytes += piece.length;
    if (bytes <= maxBytes && pieces <= freePieces + bytes / bytesOfPiece) return push(piece, encoding);
    cut.abort();
    if (isDropping) incoming.socket.destroy();
    return false;
  };
  return {
    cutShort: cut.signal,
    dropRest() {
      isDropping = true;
      // Node would take all that comes, without asking us.
      if (!cut.signal.aborted && !incoming.complete) incoming.resume();
    },
  };
}
