import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { judgeBudget } from '../../admission/budget.ts';
import { judgeKey } from '../../admission/credentials.ts';
import { judgePrivileges } from '../../admission/privileges.ts';
import { judgeRestrictions } from '../../admission/restrictions.ts';
import { judgeRetiringSecret } from '../../admission/retiring-secret.ts';
import { passed, refused, type Verdict } from '../../admission/verdict.ts';
import { judgeWindow } from '../../admission/window.ts';
import { codedError, codeOf } from '../../kernel/errors.ts';
import type { ApiKeyRecord, ApiKeyType, KeySecretRecord } from '../../keys/api-key.ts';
import { judge } from '../../keys/resolve/judge.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import { checkDemands, type Denial } from '../../privileges/demands.ts';
import { judgeClient, presentedClient } from '../../restrictions/judge-client.ts';
import { judgeReserve } from '../../throttle/decide.ts';
import { lookAtWindows } from '../../throttle/look-at-windows.ts';
import { policyFor, type ThrottlePolicy } from '../../throttle/policy.ts';
import { affordOperation, isMeasured, storeInUse } from '../admit/afford-operation.ts';
import type { Candidate } from '../admit/candidate.ts';
import { restrictedOperation, restrictOperation } from '../admit/restrict.ts';
import { unlessUnavailable } from '../admit/unless-unavailable.ts';
import { isUrgent } from '../admit/urgent.ts';
import { decideDenials } from '../denials/denial-mode.ts';
import { judgeOnView } from '../denials/hide-mode.ts';
import { callerInForce } from '../denials/measure-mode.ts';
import { checkArguments } from '../document/check-arguments.ts';
import { coerceVariables, type RawVariables } from '../document/coerce-variables.ts';
import { validateDocument } from '../document/validate-document.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { documentProblems } from './document-problems.ts';
import { type AskedOperation, lensOf, readDocument } from './explain-document.ts';
import { type ExplainedStep, type ExplainedSteps, explainedSteps } from './explained-steps.ts';
import { type RequiredPrivilege, requiredPrivileges } from './required-privileges.ts';

/** A request that a key could send: what it would carry, and where it would come from. */
export interface ExplainedRequest extends AskedOperation {
  readonly key: ApiKeyRecord;
  /** The secret that it would prove itself by, as it stands now. */
  readonly secret: KeySecretRecord;
  readonly variables: RawVariables;
  readonly clientAddress: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface RequestExplanation extends Price {
  /** In their order; what follows a refusal is judged as far as it can be. */
  readonly steps: readonly ExplainedStep[];
  /** Privileges that the key lacks, whether or not that refuses the request. */
  readonly denials: readonly RequiredPrivilege[];
}

interface Price {
  /** In points; `undefined` when it would not come to be priced. */
  readonly requestedQueryCost: number | undefined;
  /** Whether the budget lacks the points at this moment. */
  readonly wouldBeThrottled: boolean | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface RequestExplainer {
  requiredPrivileges(actor: ApiKeyRecord, operation: AskedOperation): readonly RequiredPrivilege[];
  explain(actor: ApiKeyRecord, request: ExplainedRequest): Promise<RequestExplanation>;
  /** Why a document could never be executed on the protected API; empty when it could. */
  documentProblems(actor: ApiKeyRecord, document: string): readonly GraphQLError[];
}

/** One surface with what stands behind it. */
export interface Gate {
  readonly surface: Surface;
  readonly services: PipelineServices;
}

/** Answers what would become of a request, by the decisions that admit requests; nothing runs, counts or is charged. */
export function createExplainer(gates: Readonly<Record<ApiKeyType, Gate>>): RequestExplainer {
  return {
    requiredPrivileges: (actor, operation) =>
      requiredPrivileges(actor, operation, gates.API.surface, gates.API.services),
    async explain(actor, request) {
      const steps = explainedSteps();
      const rest = await explain(actor, request, steps, gates[request.key.type]);
      return { ...unpriced, denials: [], ...rest, steps: steps.all() };
    },
    documentProblems: (actor, document) =>
      documentProblems(document, gates.API.surface, lensOf(actor, gates.API.surface), gates.API.services),
  };
}

const unpriced: Price = { requestedQueryCost: undefined, wouldBeThrottled: undefined, retryAfterMs: undefined };

async function explain(
  actor: ApiKeyRecord,
  request: ExplainedRequest,
  steps: ExplainedSteps,
  { surface, services }: Gate,
): Promise<Partial<RequestExplanation>> {
  const { key, secret, operationName, variables: raw } = request;
  const lens = lensOf(actor, surface);

  // 2–6 The key itself, where the request comes from, and how many there were.
  steps.judge('FORMAT', ...judgeEnvironment(key, services));
  const judgement = judge(key, secret, services.clock.now());
  steps.judge('STATUS', judgement.kind === 'ACTIVE' ? passed : judgeKey(judgement));
  steps.judge('APPLICATION_RESTRICTIONS', judgeOrigin(request, surface));
  const policy = policyFor(key, services.plans);
  const window = await judgeRequests(policy, services);
  steps.judge('REQUESTS_WINDOW', window);

  // 7 The document: as the actor may know the API, then as the key does.
  const read = readDocument(request, surface, lens, services);
  steps.judge('DOCUMENT', read.kind === 'READ' ? passed : read);
  if (read.kind === 'REFUSED') return {};
  const { operation, document } = read;
  const sent = { document, operationName, variables: raw };
  const own: Caller = { key, secret, privileges: surface.privilegesOf(key), policy };
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
  const restrictable = restrictedOperation(operation.plan, variables.coerced, document);
  const retiring = judgeRetiringSecret(key.type, secret, restrictable);
  const restricted = retiring.kind === 'REFUSED' ? retiring : restrictOperation(key, restrictable, surface);
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
  const problems = await argumentProblems(candidate, surface);
  steps.judge('DOCUMENT', problems);
  if (problems.kind === 'REFUSED' || restricted.kind === 'REFUSED') return { denials };

  // 10–11 What it may cost, and whether there is so much left.
  return { denials, ...(await price(candidate, caller, steps, { surface, services })) };
}

/** A suggestion names something of the key's own view, of which the actor may know less. */
function withoutSuggestions(verdict: Verdict, document: DocumentNode, view: GraphQLSchema): Verdict {
  if (verdict.kind === 'PASSED') return verdict;
  const errors = validateDocument(view, document);
  if (errors.length === 0) return verdict;
  return refused(
    verdict.outcome,
    errors.map((error) => codedError(codeOf(error) ?? 'GRAPHQL_VALIDATION_FAILED', error.message)),
  );
}

const measuredWindow = 'That there are too many requests is noted and not enforced.';
const urgentOperation = 'What ends a key is never throttled; other requests would be.';

/** A key of an environment that the server does not accept looks like none, and its owner must be told why. */
function judgeEnvironment(
  { environment }: ApiKeyRecord,
  { environments }: PipelineServices,
): readonly [verdict: Verdict, note?: string] {
  if (environments.includes(environment)) return [passed];
  const note = `It is of the environment ${environment}, which this server does not accept (KEY_ENVIRONMENTS).`;
  return [judgeKey({ kind: 'MALFORMED' }), note];
}

/** Step 6, without counting. */
async function judgeRequests({ windows }: ThrottlePolicy, { throttle }: PipelineServices): Promise<Verdict> {
  const asked = await unlessUnavailable(lookAtWindows(throttle, windows));
  return asked.kind === 'REFUSED' ? asked : judgeWindow(asked.answer);
}

function judgeOrigin({ key, headers, clientAddress = '' }: ExplainedRequest, surface: Surface): Verdict {
  const restrictions = surface.restrictionsOf(key);
  if (!restrictions) return passed;
  const presented = presentedClient(new Headers(headers.map(([name, value]) => [name, value])), clientAddress);
  return judgeRestrictions(judgeClient(restrictions, presented));
}

function judgeThroughLens(denials: readonly Denial[], lens: CompiledPrivileges): Verdict {
  const named = denials.filter((denial) => isWithin(denial, lens));
  if (denials.length === 0 || named.length > 0) return judgePrivileges(named);
  return refused('FORBIDDEN', [codedError('FORBIDDEN', 'It needs privileges that the calling key cannot grant.')]);
}

function isWithin({ coordinate, verb }: Denial, lens: CompiledPrivileges): boolean {
  const [type = '', field = ''] = coordinate.split('.');
  return field === '*' ? lens.sees(type) : lens.allows(verb, type, field);
}

function noteOf({ enforcement }: ApiKeyRecord): string {
  return enforcement?.privileges === 'MEASURE'
    ? 'What the key lacks is noted and not enforced.'
    : 'Fields that the key may not read are null.';
}

async function argumentProblems({ operation, variables, context }: Candidate, surface: Surface): Promise<Verdict> {
  const execution = { schema: surface.schema, plan: operation.plan, variables: variables.coerced, context };
  const problems = await checkArguments(operation.argumentChecks, surface.argumentReader, execution);
  return problems.length > 0 ? refused('INVALID', problems) : passed;
}

async function price(
  candidate: Candidate,
  caller: Caller,
  steps: ExplainedSteps,
  { surface, services }: Gate,
): Promise<Partial<Price>> {
  const answer = await affordOperation(candidate, caller, surface, services);
  if (answer.kind === 'REFUSED') {
    steps.judge(answer.outcome === 'UNAVAILABLE' ? 'BUDGET' : 'COST', answer);
    return { requestedQueryCost: answer.cost?.requestedQueryCost };
  }
  steps.judge('COST', passed);
  const { estimate, states } = answer;
  const { wouldBeThrottled, retryAfterMs } =
    answer.kind === 'VALIDATED' ? answer.validation : { wouldBeThrottled: false, retryAfterMs: 0 };
  const reserved = judgeReserve(caller.policy.buckets, states, estimate.cost, services.clock.now());
  const budget = judgeBudget(reserved, caller.policy, estimate.points, storeInUse(services));
  const measured = isMeasured(caller, candidate.operation.plan);
  const refuses = wouldBeThrottled && !measured;
  const note = wouldBeThrottled && measured ? 'The lack of points is noted and not enforced.' : undefined;
  steps.judge('BUDGET', refuses ? budget : passed, note);
  return {
    requestedQueryCost: estimate.points,
    wouldBeThrottled,
    retryAfterMs: wouldBeThrottled ? retryAfterMs : undefined,
  };
}
