import type { Logger } from '../kernel/logger.ts';

/** How to open either engine, complete. */
export interface OpenOptions {
  readonly logger: Logger;
  /** Deadline of every query, and of waiting for a connection. */
  readonly queryTimeoutMs: number;
  /** From BEGIN to COMMIT. */
  readonly transactionTimeoutMs: number;
  readonly maxConnections: number;
  readonly listenHeartbeatMs: number;
  /** Deadline of a statement on the reserved connection, and of waiting for it. */
  readonly reservedTimeoutMs: number;
}

export const defaultOpenOptions = {
  queryTimeoutMs: 5000,
  transactionTimeoutMs: 30_000,
  maxConnections: 10,
  listenHeartbeatMs: 5000,
  reservedTimeoutMs: 1000,
} as const satisfies Omit<OpenOptions, 'logger'>;
