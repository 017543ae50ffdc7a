import { judgeKey } from '../../admission/credentials.ts';
import type { ExplainedPrice, ExplainedRequest, RequestExplanation } from '../../admission/explanation.ts';
import { passed, refused } from '../../admission/verdict.ts';
import type { ApiKeyRecord } from '../../keys/api-key.ts';
import { judge } from '../../keys/resolve/judge.ts';
import { checkDemands } from '../../privileges/demands.ts';
import { isMeasured } from '../admit/afford-operation.ts';
import { asCaller } from '../admit/as-caller.ts';
import { judgeArguments } from '../admit/judge-arguments.ts';
import { restrictedOperation, restrictOperation } from '../admit/restrict.ts';
import { isUrgent } from '../admit/urgent.ts';
import { decideDenials } from '../denials/denial-mode.ts';
import { judgeOnView } from '../denials/hide-mode.ts';
import { callerInForce } from '../denials/measure-mode.ts';
import { coerceVariables } from '../document/coerce-variables.ts';
import type { PipelineServices } from '../services.ts';
import { explainPrice } from './explain-price.ts';
import { type ExplainedSteps, explainedSteps } from './explained-steps.ts';
import { judgeEnvironment, judgeOrigin, judgeRequests } from './judge-unsent.ts';
import { isWithin, judgeThroughLens, lensOf, withoutSuggestions } from './lens.ts';
import type { DocumentReader } from './read-document.ts';

/** What would become of a request, by the decisions that admit requests; nothing runs, counts or is charged. */
export async function explainRequest(
  actor: ApiKeyRecord,
  request: ExplainedRequest,
  reader: DocumentReader,
  services: PipelineServices,
): Promise<RequestExplanation> {
  const steps = explainedSteps();
  const rest = await explain(actor, request, steps, reader, services);
  return { ...unpriced, denials: [], ...rest, steps: steps.all() };
}

const unpriced: ExplainedPrice = {
  requestedQueryCost: undefined,
  wouldBeThrottled: undefined,
  retryAfterMs: undefined,
};

async function explain(
  actor: ApiKeyRecord,
  request: ExplainedRequest,
  steps: ExplainedSteps,
  reader: DocumentReader,
  services: PipelineServices,
): Promise<Partial<RequestExplanation>> {
  const { surface } = reader;
  const { key, secret, operationName, variables: raw } = request;
  const lens = lensOf(actor, surface);

  // 2–6 The key itself, where the request comes from, and how many there were.
  steps.judge('FORMAT', ...judgeEnvironment(key, services));
  const judgement = judge(key, secret, services.clock.now());
  steps.judge('STATUS', judgement.kind === 'ACTIVE' ? passed : judgeKey(judgement));
  steps.judge('APPLICATION_RESTRICTIONS', judgeOrigin(request, surface));
  const own = asCaller(request, surface, services);
  const window = await judgeRequests(own.policy, services);
  steps.judge('REQUESTS_WINDOW', window);

  // 7 The document: as the actor may know the API, then as the key does.
  const read = await reader.read(request, lens);
  steps.judge('DOCUMENT', read.kind === 'READ' ? passed : read);
  if (read.kind === 'REFUSED') return {};
  const { operation, document } = read;
  const sent = { document, operationName, variables: raw };
  const caller = callerInForce(own, sent, surface);
  const coercion = coerceVariables(surface.schema, operation.plan.operation, raw);
  const coerced = () => (coercion.kind === 'COERCED' ? coercion.variables : undefined);
  if (window.kind === 'REFUSED') {
    if (isMeasured(caller, operation.plan)) steps.judge('REQUESTS_WINDOW', passed, measuredWindow);
    if (isUrgent(operation.plan, surface.urgentMutations, coerced)) {
      steps.judge('REQUESTS_WINDOW', passed, urgentOperation);
    }
  }
  const throughLens = { ...caller, key: { ...key, onDenied: 'HIDE' }, privileges: lens } as const;
  for (const verdict of [
    judgeOnView(sent, throughLens, surface),
    withoutSuggestions(judgeOnView(sent, caller, surface), document, surface.viewOf(caller.privileges)),
    coercion.kind === 'INVALID' ? refused('INVALID', coercion.errors) : passed,
  ]) {
    steps.judge('DOCUMENT', verdict);
    if (verdict.kind === 'REFUSED') return {};
  }
  if (coercion.kind === 'INVALID') return {};

  // 8–9 What the key is for, and what it may.
  const variables = { raw, coerced: coercion.variables };
  const restrictable = restrictedOperation(operation.plan, variables.coerced, document, surface);
  const restricted = restrictOperation(own, restrictable, surface);
  steps.judge('API_RESTRICTIONS', restricted);
  const lacking = checkDemands(operation.demands, own.privileges, variables);
  const denials = lacking
    .filter((denial) => isWithin(denial, lens))
    .map(({ coordinate, verb, rule }) => ({ coordinate, verb, rule }));
  const running = decideDenials(operation, document, variables, caller, surface);
  if (running.kind === 'REFUSED') {
    // Of a key that hides what it may not see; a restriction has been told above.
    if (restricted.kind === 'PASSED') steps.judge('DOCUMENT', running);
    return { denials };
  }
  const left = checkDemands(running.operation.demands, caller.privileges, variables);
  const note = lacking.length > 0 && left.length === 0 ? noteOf(key) : undefined;
  steps.judge('PRIVILEGES', judgeThroughLens(left, lens), note);
  if (left.length > 0) return { denials };
  const candidate = { operation: running.operation, document, variables, context: {}, costMode: 'validate' } as const;
  const problems = await judgeArguments(candidate, surface);
  steps.judge('DOCUMENT', problems);
  if (problems.kind === 'REFUSED' || restricted.kind === 'REFUSED') return { denials };

  // 10–11 What it may cost, and whether there is so much left.
  return { denials, ...(await explainPrice(candidate, caller, steps, surface, services)) };
}

const measuredWindow = 'That there are too many requests is noted and not enforced.';
const urgentOperation = 'What ends a key is never throttled; other requests would be.';

function noteOf({ enforcement }: ApiKeyRecord): string {
  return enforcement?.privileges === 'MEASURE'
    ? 'What the key lacks is noted and not enforced.'
    : 'Fields that the key may not read are null.';
}
