import type { Accepted } from './accept.ts';
import type { Authority } from './authority.ts';
import type { HeadProblem } from './head-problem.ts';
import type { RequestReport } from './request-report.ts';

/** What the listener knows of a connection and its raw headers. */
export interface Connection {
  readonly peerAddress: string | undefined;
  /** Credential headers that stood more than once; a `Headers` object no longer tells. */
  readonly repeatedCredentials: boolean;
  /** Whom the client believes to address (RFC 9110 §7.2); absent when it does not say. It has no part in routing. */
  readonly authority?: Authority | undefined;
  /** Why the head is no request (RFC 9112 §3, §6.1); absent when it is one. */
  readonly problem?: HeadProblem;
  /** Aborted when nothing more will come of the body, though it is not all here: it is refused. */
  readonly cutShort?: AbortSignal | undefined;
  /** Told whose the answer is, before it is given: it waits at the cost of whoever asked for it. */
  readonly tellHolder?: (holder: string) => void;
}

/** A request that passed the edge. */
export interface Arrival extends Connection {
  readonly requestId: string;
  readonly clientAddress: string;
  readonly method: string;
  readonly accept: Accepted;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/** A response, and what may be told of who called and what came of it. */
export interface Handled {
  /** Nobody reads the answer: the client left before there was one. */
  readonly clientLeft?: true;
  readonly response: Response;
  /** Absent when the request did not get as far as the API. */
  readonly report?: RequestReport;
  /** Whether the caller's key lists the web origin of the request; absent when no key was proved. */
  readonly originListed?: boolean | undefined;
}
