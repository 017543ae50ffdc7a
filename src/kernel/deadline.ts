/** Thrown when something outside this process did not answer in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Settles as `work` does, or rejects with `DeadlineExceeded` after `ms`; `onExpiry` runs first, to give up whatever the
 * work holds (a connection that no longer answers). An answer that has arrived while this process was too busy to read it
 * is in time: after a stall timers come before sockets, so one turn of the event loop passes before anybody is blamed.
 */
export async function withDeadline<Value>(
  work: Promise<Value>,
  ms: number,
  what: string,
  onExpiry: () => void = () => {},
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  let lastTurn: NodeJS.Immediate | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      lastTurn = setImmediate(() => {
        onExpiry();
        reject(new DeadlineExceeded(`${what} did not answer within ${ms} ms`));
      });
    }, ms);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
    clearImmediate(lastTurn);
  }
}
