import { judgeKey } from '../../admission/credentials.ts';
import type { ExplainedRequest } from '../../admission/explanation.ts';
import { judgeRestrictions } from '../../admission/restrictions.ts';
import { passed, type Verdict } from '../../admission/verdict.ts';
import { judgeWindow } from '../../admission/window.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';
import { judgeClient, presentedClient } from '../../restrictions/judge-client.ts';
import { lookAtWindows } from '../../throttle/look-at-windows.ts';
import type { ThrottlePolicy } from '../../throttle/policy.ts';
import { unlessUnavailable } from '../admit/unless-unavailable.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';

/** Step 2. A key of an environment that the server does not accept looks like none, and its owner must be told why. */
export function judgeEnvironment(
  { environment }: ApiKeyRecord,
  { environments }: PipelineServices,
): readonly [verdict: Verdict, note?: string] {
  if (environments.includes(environment)) return [passed];
  const note = `It is of the environment ${environment}, which this server does not accept (KEY_ENVIRONMENTS).`;
  return [judgeKey({ kind: 'MALFORMED' }), note];
}

/** Step 6, without counting. */
export async function judgeRequests(
  { key, windows }: ThrottlePolicy,
  { throttle }: PipelineServices,
): Promise<Verdict> {
  const asked = await unlessUnavailable(lookAtWindows(throttle, windows));
  return asked.kind === 'REFUSED' ? asked : judgeWindow(asked.answer, key);
}

/** Step 5, of what the request would say of itself. */
export function judgeOrigin({ key, headers, clientAddress = '' }: ExplainedRequest, surface: Surface): Verdict {
  const restrictions = surface.restrictionsOf(key);
  if (!restrictions) return passed;
  const presented = presentedClient(new Headers(headers.map(([name, value]) => [name, value])), clientAddress);
  return judgeRestrictions(judgeClient(restrictions, presented));
}
