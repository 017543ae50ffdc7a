import { judgeAttempt, judgeHeader, judgeKey } from '../../admission/credentials.ts';
import { judgeSurface } from '../../admission/surface.ts';
import type { Refusal, Verdict } from '../../admission/verdict.ts';
import { judgeWindow } from '../../admission/window.ts';
import { networkOf } from '../../kernel/network-of.ts';
import { provesNoKey } from '../../keys/resolve/key-resolution.ts';
import type { LookUp } from '../../keys/resolve/key-resolver.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { asCaller } from './as-caller.ts';
import { presentedHeader } from './presented-header.ts';
import { restrictClient } from './restrict.ts';
import { unlessUnavailable } from './unless-unavailable.ts';

export type Identification = { readonly kind: 'IDENTIFIED'; readonly caller: Caller } | Refusal;

/** Steps 1–5: who calls, and from where. Nothing of the request's body is read for it. */
export async function identify(
  request: Request,
  record: RequestRecord,
  surface: Surface,
  services: PipelineServices,
): Promise<Identification> {
  const { arrival } = record;
  const header = presentedHeader(request, arrival);
  if (header.kind !== 'PRESENTED') return judgeHeader(header);
  // Whoever fails too often may still have a key that is good: it is looked up, when its turn comes.
  const { clientAddress } = arrival;
  const lookUp: LookUp = services.failedAttempts.isBanned(clientAddress)
    ? { kind: 'IN_TURN', address: networkOf(clientAddress) }
    : { kind: 'AT_ONCE' };
  const resolution = await services.watch.step('key', () => services.keys.resolve(header.text, lookUp));
  if ('key' in resolution) record.namedKey = resolution.key;
  if (resolution.kind !== 'ACTIVE') {
    const refusal = judgeKey(resolution);
    return provesNoKey(resolution) ? judgeAttempt(services.failedAttempts.failed(clientAddress), refusal) : refusal;
  }
  const { key } = resolution;
  const verdict = judgeSurface(key.type, surface.type);
  if (verdict.kind === 'REFUSED') return verdict;
  const restricted = services.watch.step('client restrictions', () => restrictClient(request, record, key, surface));
  if (restricted.kind === 'REFUSED') return restricted;
  const secret = await firstUsed(resolution, services);
  return { kind: 'IDENTIFIED', caller: asCaller({ key, secret }, surface, services) };
}

/** When it cannot be noted, the secret stays pending, works all the same, and its next use tries again. */
async function firstUsed(
  { key, secret }: Pick<Caller, 'key' | 'secret'>,
  { activateSecret, logger }: PipelineServices,
): Promise<Caller['secret']> {
  if (secret.status !== 'PENDING') return secret;
  try {
    await activateSecret(key, secret);
    return { ...secret, status: 'ACTIVE' };
  } catch (err) {
    logger.warn({ err, keyPublicId: key.publicId }, 'a new secret was used and could not be made active');
    return secret;
  }
}

/** Step 6: requests in the window. */
export async function countRequest({ policy }: Caller, { throttle, watch }: PipelineServices): Promise<Verdict> {
  return watch.step('requests window', async () => {
    const counted = await unlessUnavailable(throttle.count(policy.windows));
    return counted.kind === 'REFUSED' ? counted : judgeWindow(counted.answer, policy.key);
  });
}
