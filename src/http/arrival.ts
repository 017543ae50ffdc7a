import type { RequestReport } from './request-report.ts';

/** What the listener knows of a connection and its raw headers. */
export interface Connection {
  readonly peerAddress: string | undefined;
  /** Credential headers that stood more than once; a `Headers` object no longer tells. */
  readonly repeatedCredentials: boolean;
}

/** A request that passed the edge. */
export interface Arrival extends Connection {
  readonly requestId: string;
  readonly clientAddress: string;
  readonly method: string;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/** A response, and what may be told of who called and what came of it. */
export interface Handled {
  readonly response: Response;
  /** Absent when the request did not get as far as the API. */
  readonly report?: RequestReport;
  /** Whether the caller's key lists the web origin of the request; absent when no key was proved. */
  readonly originListed?: boolean | undefined;
}
