/** Bytes of one piece: large enough that pieces cost little, small enough that no connection holds the turn for long. */
const pieceBytes = 64 * 1024;

/**
 * Content that many answers share, as a stream of views of it. A `Response` that is given the bytes themselves copies all
 * of them first, also for who reads none; here nothing is made before it is asked for, and nothing is ever copied.
 * The views are of memory that is everybody's: who reads them must not write to it.
 */
export function inPieces(content: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const end = Math.min(at + pieceBytes, content.length);
        if (end > at) controller.enqueue(content.subarray(at, end));
        at = end;
        if (at === content.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
