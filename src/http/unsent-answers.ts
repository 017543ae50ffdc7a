import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AlarmClock } from '../kernel/clock.ts';
import { whomToCut } from './whom-to-cut.ts';

/** For how long a client may take nothing of an answer that waits for it. */
export const longestStillMs = 30_000;
/** How often that is looked at. */
const lookEveryMs = 1000;

/**
 * What all answers may hold together that nobody has taken, in bytes: whoever asks for much and reads nothing has paid for the
 * asking only. Eight of the largest answers, and no less than what eight of the usual setting are.
 */
export function mostUnsentBytes(maxResponseBytes: number): number {
  return 8 * Math.max(10_000_000, maxResponseBytes);
}

/** Where answers go out: a socket. */
export interface Outlet {
  /** Whose answer goes out now. */
  holder(): string;
  /** Bytes that wait, counted by whole pieces: each stays in memory until all of it is out. */
  unsent(): number;
  /** Bytes that have gone out since the beginning. */
  taken(): number;
  cut(): void;
}

export interface UnsentAnswers {
  /** Told when something was written that may have to wait. */
  wrote(outlet: Outlet): void;
}

export interface UnsentAnswersOptions {
  readonly clock: AlarmClock;
  readonly mostBytes: number;
}

/**
 * Ends connections that hold answers of which nobody takes anything, after a time; and at once some of those of whoever holds
 * most, when all together hold too much. How long one of these stood still says nothing: who holds much can take a byte of each.
 */
export function createUnsentAnswers({ clock, mostBytes }: UnsentAnswersOptions): UnsentAnswers {
  /** Where something waited when it was last looked at, the oldest first, and since when nothing was taken. */
  const waiting = new Map<Outlet, { taken: number; since: number }>();
  /** No less than what waits altogether. */
  let atMost = 0;
  let isAwake = false;

  function look(): void {
    const now = clock.monotonic();
    atMost = 0;
    for (const [outlet, still] of waiting) {
      const unsent = outlet.unsent();
      const taken = outlet.taken();
      if (taken !== still.taken) Object.assign(still, { taken, since: now });
      const isOver = now - still.since >= longestStillMs;
      if (unsent > 0 && isOver) outlet.cut();
      if (unsent === 0 || isOver) waiting.delete(outlet);
      else atMost += unsent;
    }
    if (atMost > mostBytes) cutLargest();
  }

  function cutLargest(): void {
    const held = [...waiting.keys()].map((outlet) => ({ outlet, holder: outlet.holder(), bytes: outlet.unsent() }));
    for (const { outlet, bytes } of whomToCut(held, mostBytes)) {
      atMost -= bytes;
      waiting.delete(outlet);
      outlet.cut();
    }
  }

  function wake(): void {
    if (isAwake) return;
    isAwake = true;
    clock.wakeAt(clock.now() + lookEveryMs, () => {
      isAwake = false;
      look();
      if (waiting.size > 0) wake();
    });
  }

  return {
    wrote(outlet) {
      const unsent = outlet.unsent();
      if (unsent === 0) return;
      if (!waiting.has(outlet)) waiting.set(outlet, { taken: outlet.taken(), since: clock.monotonic() });
      atMost += unsent;
      if (atMost > mostBytes) look();
      wake();
    },
  };
}

/**
 * The responses of a server whose sockets are watched, whatever is written: answers, streams, files. A socket carries one of
 * them at a time.
 */
export function watchedResponse(answers: UnsentAnswers, holderOf: (socket: Socket) => string): typeof ServerResponse {
  const outlets = new WeakMap<Socket, Outlet>();
  const outletOf = (socket: Socket): Outlet => {
    const known = outlets.get(socket) ?? outlet(socket, holderOf);
    outlets.set(socket, known);
    return known;
  };
  return class<Request extends IncomingMessage> extends ServerResponse<Request> {
    override write(chunk: unknown, ...rest: readonly unknown[]): boolean {
      const hasRoom = super.write(chunk, ...(rest as [BufferEncoding]));
      if (this.socket) answers.wrote(outletOf(this.socket));
      return hasRoom;
    }
    override end(...args: readonly unknown[]): this {
      // The last bytes take the socket from the response.
      const { socket } = this;
      super.end(...(args as [unknown, BufferEncoding]));
      if (socket) answers.wrote(outletOf(socket));
      return this;
    }
  };
}

function outlet(socket: Socket, holderOf: (socket: Socket) => string): Outlet {
  return {
    holder: () => holderOf(socket),
    unsent: () => (socket.destroyed ? 0 : bytesHeld(socket)),
    taken: () => bytesTaken(socket),
    // What the kernel was given and has not sent goes too.
    cut: () => socket.resetAndDestroy(),
  };
}

/**
 * What is in memory for a socket. Of a piece that is being sent all of it is, until the last byte is out: if only the rest
 * counted, whoever takes all but the end of each answer would hold any number of them. Node counts pieces by characters,
 * which are fewer than bytes.
 */
function bytesHeld(socket: Socket): number {
  return Math.max(socket.writableLength, socket.bytesWritten - bytesTaken(socket));
}

/**
 * What the system has taken, by the counts of Node's handle: the handle has written what it was given but for its queue, and
 * `bytesWritten` of the socket counts what it was not given yet, too. A socket itself tells of a write only when all of it is
 * out, however large; its own timeout looks at the same counts, but sees what comes in too.
 */
function bytesTaken(socket: Socket): number {
  type Counted = Socket & {
    readonly _handle?: { readonly bytesWritten: number; readonly writeQueueSize: number } | null;
  };
  const { bytesWritten, writeQueueSize } = (socket as Counted)._handle ?? { bytesWritten: 0, writeQueueSize: 0 };
  return bytesWritten - writeQueueSize;
}
