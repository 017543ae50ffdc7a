import { judgeKey } from '../../admission/credentials.ts';
import { type Refusal, refused } from '../../admission/verdict.ts';
import { codedError, codeOf } from '../../kernel/errors.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { asCaller } from './as-caller.ts';
import type { Identification } from './identify.ts';
import { restrictClientAgain } from './restrict.ts';

/** Steps 4 and 5 anew: the key as it is now, whose privileges and limits may have changed, from where it was used. */
export async function recheck(
  { key, secret }: Caller,
  record: RequestRecord,
  surface: Surface,
  services: PipelineServices,
): Promise<Identification> {
  const judgement = await services.keys.recheck(key, secret);
  if (judgement.kind !== 'ACTIVE') return judgeKey(judgement);
  const restricted = restrictClientAgain(record, judgement.key, surface);
  if (restricted.kind === 'REFUSED') return restricted;
  return { kind: 'IDENTIFIED', caller: asCaller(judgement, surface, services) };
}

/** What is not begun because the caller's key may have changed since it was checked. */
export const stale = { kind: 'STALE' } as const;
export type Stale = typeof stale;

const maxRounds = 5;

type AsCurrent<Answer> = { readonly kind: 'DONE'; readonly answer: Answer } | Refusal;

/**
 * Attempts something for a caller, and again for the caller as it is then, until the key did not change between the
 * decisions and the beginning of the work. That is how nothing begins on what was before a change, however long the
 * decisions took: each attempt asks `keys.isCurrent` last, in the turn of the event loop in which its work begins.
 */
export async function asCurrent<Answer extends object>(
  caller: Caller,
  record: RequestRecord,
  surface: Surface,
  services: PipelineServices,
  attempt: (caller: Caller) => Promise<Answer | Stale>,
): Promise<AsCurrent<Answer>> {
  let current = caller;
  for (let round = 0; round < maxRounds; round++) {
    const answer = await attempt(current);
    if (!isStale(answer)) return { kind: 'DONE', answer };
    const checked = await recheckInTime(current, record, surface, services);
    if (checked.kind === 'REFUSED') return checked;
    current = checked.caller;
    record.caller = current;
  }
  return changesTooFast();
}

function changesTooFast(): Refusal {
  const message = 'The key cannot be checked as fast as it changes. Try again.';
  return refused('UNAVAILABLE', [codedError('DATABASE_UNAVAILABLE', message)]);
}

function isStale(answer: object): answer is Stale {
  return answer === stale;
}

async function recheckInTime(...given: Parameters<typeof recheck>): Promise<Identification> {
  try {
    return await recheck(...given);
  } catch (error) {
    if (codeOf(error) !== 'DATABASE_UNAVAILABLE') throw error;
    return refused('UNAVAILABLE', [error as ReturnType<typeof codedError>]);
  }
}
