import { setTimeout as pause } from 'node:timers/promises';

/** Clients that ask one after the other for a bounded time. */
export interface Load {
  readonly urls: readonly string[];
  readonly key: string;
  readonly documents: readonly string[];
  /** Clients of each server. */
  readonly clientsEach: number;
  readonly pauseMs: number;
  /** 0: each client asks once. */
  readonly durationMs: number;
}

export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  /** Points that were charged. */
  readonly points: number;
  readonly currentlyAvailable: number | undefined;
  /** The answer says that this server decided alone. */
  readonly local: boolean;
  readonly ms: number;
}

export interface Tally {
  readonly answers: readonly Answer[];
  readonly admitted: number;
  readonly admittedPoints: number;
  readonly throttled: number;
  readonly serverErrors: number;
  /** No answer, or one that is neither. */
  readonly failures: number;
  readonly slowestMs: number;
}

export async function load(wanted: Load): Promise<Tally & { readonly elapsedMs: number }> {
  const started = performance.now();
  const endsAt = started + wanted.durationMs;
  const answers: Answer[] = [];
  const clients = wanted.urls.flatMap((url) => Array.from({ length: wanted.clientsEach }, () => url));
  await Promise.all(
    clients.map(async (url, index) => {
      let turn = index;
      do {
        answers.push(await ask(url, wanted.key, wanted.documents[turn++ % wanted.documents.length] ?? ''));
        if (wanted.pauseMs > 0) await pause(wanted.pauseMs);
      } while (performance.now() < endsAt);
    }),
  );
  return { ...tallyOf(answers), elapsedMs: performance.now() - started };
}

export function tallyOf(answers: readonly Answer[]): Tally {
  const admitted = answers.filter(({ status }) => status === 200);
  return {
    answers,
    admitted: admitted.length,
    admittedPoints: admitted.reduce((sum, { points }) => sum + points, 0),
    throttled: answers.filter(({ status }) => status === 429).length,
    serverErrors: answers.filter(({ status }) => status >= 500).length,
    failures: answers.filter(({ status }) => status !== 200 && status !== 429 && status < 500).length,
    slowestMs: Math.max(0, ...answers.slice(-100_000).map(({ ms }) => ms)),
  };
}

async function ask(url: string, key: string, query: string): Promise<Answer> {
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(10_000),
    });
    const body = (await response.json()) as Body;
    const cost = body.extensions?.cost;
    return {
      status: response.status,
      points: cost?.actualQueryCost ?? 0,
      currentlyAvailable: cost?.throttleStatus.currentlyAvailable,
      local: response.headers.get('ratelimit-policy')?.includes('fieldpass-store=local') ?? false,
      ms: performance.now() - started,
    };
  } catch {
    return { status: 0, points: 0, currentlyAvailable: undefined, local: false, ms: performance.now() - started };
  }
}

interface Body {
  readonly extensions?: {
    readonly cost?: {
      readonly actualQueryCost: number | null;
      readonly throttleStatus: { readonly currentlyAvailable: number };
    };
  };
}
