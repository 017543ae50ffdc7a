/** Thrown when something outside this process did not answer in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Settles as `work` does, or rejects with `DeadlineExceeded` after `ms`; `onExpiry` runs first, to give up whatever the
 * work holds (a connection that no longer answers).
 */
export async function withDeadline<Value>(
  work: Promise<Value>,
  ms: number,
  what: string,
  onExpiry: () => void = () => {},
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onExpiry();
      reject(new DeadlineExceeded(`${what} did not answer within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
