export interface Repeating {
  /** Runs it now, or joins the run that is under way. */
  run(): Promise<void>;
  /** Runs it no more, and waits for a run that is under way. */
  close(): Promise<void>;
}

/** Runs `work` every so many milliseconds, one run at a time; a run that failed is told of, and the next one comes. */
export function repeating(work: () => Promise<void>, intervalMs: number, onFailure: (err: unknown) => void): Repeating {
  let running: Promise<void> | undefined;

  function run(): Promise<void> {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  }

  const timer = setInterval(() => void run().catch(onFailure), intervalMs).unref();

  return {
    run,
    async close() {
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}
