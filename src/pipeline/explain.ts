import type { GraphQLError } from 'graphql';
import { judgeBudget } from '../admission/budget.ts';
import { judgeKey } from '../admission/credentials.ts';
import { judgePrice } from '../admission/price.ts';
import { judgePrivileges } from '../admission/privileges.ts';
import { judgeRestrictions } from '../admission/restrictions.ts';
import { passed, refused, type Verdict } from '../admission/verdict.ts';
import { codedError, codeOf } from '../kernel/errors.ts';
import type { ApiKeyRecord, ApiKeyType } from '../keys/api-key.ts';
import { judge } from '../keys/resolve/judge.ts';
import { checkDemands, type Denial } from '../privileges/demands.ts';
import { judgeClient, presentedClient } from '../restrictions/judge-client.ts';
import { judgeReserve } from '../throttle/decide.ts';
import { policyFor, type ThrottlePolicy } from '../throttle/policy.ts';
import { checkArguments } from './check-arguments.ts';
import { coerceVariables, type RawVariables } from './coerce-variables.ts';
import { asValidationError, lensOf, readDocument } from './explain-document.ts';
import { type ExplainedStep, explainedSteps } from './explained-steps.ts';
import type { PreparedOperation } from './prepare-operation.ts';
import { type RequiredPrivilege, requiredPrivileges } from './required-privileges.ts';
import { restrictedOperation, restrictOperation } from './restrict.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';
import { isUrgent } from './urgent.ts';
import { validateDocument } from './validate-document.ts';

/** A request that a key could send: what it would carry, and where it would come from. */
export interface ExplainedRequest {
  readonly key: ApiKeyRecord;
  readonly document: string;
  readonly operationName: string | undefined;
  readonly variables: RawVariables;
  readonly clientAddress: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface RequestExplanation {
  /** The steps of a request, in their order; what follows a refusal is judged as far as it can be. */
  readonly steps: readonly ExplainedStep[];
  /** Privileges that the key lacks for it. */
  readonly denials: readonly RequiredPrivilege[];
  /** In points; `undefined` when it would not come to be priced. */
  readonly requestedQueryCost: number | undefined;
  /** Whether the budget lacks the points at this moment. */
  readonly wouldBeThrottled: boolean | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface RequestExplainer {
  requiredPrivileges(
    actor: ApiKeyRecord,
    operation: { readonly document: string; readonly operationName: string | undefined },
  ): readonly RequiredPrivilege[];
  explain(actor: ApiKeyRecord, request: ExplainedRequest): Promise<RequestExplanation>;
}

/** Answers what would become of a request, by the decisions that admit requests; nothing runs, counts or is charged. */
export function createExplainer(
  surfaces: Readonly<Record<ApiKeyType, Surface>>,
  services: PipelineServices,
): RequestExplainer {
  return {
    requiredPrivileges: (actor, operation) => requiredPrivileges(actor, operation, surfaces.API, services),
    explain: (actor, request) => explain(actor, request, surfaces[request.key.type], services),
  };
}

async function explain(
  actor: ApiKeyRecord,
  request: ExplainedRequest,
  surface: Surface,
  services: PipelineServices,
): Promise<RequestExplanation> {
  const { key } = request;
  const lens = lensOf(actor, surface);
  const steps = explainedSteps();
  const explanation = (rest: Partial<Omit<RequestExplanation, 'steps'>> = {}): RequestExplanation => ({
    steps: steps.all(),
    denials: [],
    requestedQueryCost: undefined,
    wouldBeThrottled: undefined,
    retryAfterMs: undefined,
    ...rest,
  });

  // 4–5 The key itself, and where the request comes from.
  const judgement = judge(key, { id: key.id, status: 'ACTIVE', expiresAt: undefined }, services.clock.now());
  steps.judge('STATUS', judgement.kind === 'ACTIVE' ? passed : judgeKey(judgement));
  steps.judge('APPLICATION_RESTRICTIONS', judgeOrigin(request, surface));

  // 7 The document, as the actor may know the API; then as the key does.
  const read = readDocument(request.document, request.operationName, surface, lens, services);
  if (read.kind === 'REFUSED') {
    steps.judge('DOCUMENT', read);
    return explanation();
  }
  const { operation, document } = read;
  const privileges = surface.privilegesOf(key);
  const hidden = key.onDenied === 'HIDE' ? validateDocument(surface.viewOf(privileges), document) : [];
  const coercion = coerce(request.variables, operation, surface, surface.viewOf(lens));
  if (hidden.length > 0 || coercion.kind === 'INVALID') {
    const errors =
      hidden.length > 0 ? hidden.map(asValidationError) : coercion.kind === 'INVALID' ? coercion.errors : [];
    steps.judge('DOCUMENT', refused('INVALID', errors));
    return explanation();
  }
  const { plan, demands, formula, argumentChecks } = operation;
  const coerced = coercion.variables;

  // 8–9 What the key is for, and what it may.
  const restricted = restrictOperation(key, restrictedOperation(plan, coerced), surface);
  steps.judge('API_RESTRICTIONS', restricted);
  const denied = checkDemands(demands, privileges, { raw: request.variables, coerced });
  const denials = denied.filter((denial) => isWithin(denial, lens));
  const allowed =
    denied.length > 0 && denials.length === 0 ? refused('FORBIDDEN', [beyondLens]) : judgePrivileges(denials);
  const missing = denials.map(({ coordinate, verb, rule }) => ({ coordinate, verb, rule }));
  steps.judge('PRIVILEGES', allowed);
  if (allowed.kind === 'REFUSED') {
    steps.judge('DOCUMENT', passed);
    return explanation({ denials: missing });
  }
  const execution = { schema: surface.schema, plan, variables: coerced, context: {} };
  const problems = await checkArguments(argumentChecks, surface.argumentReader, execution);
  steps.judge('DOCUMENT', problems.length > 0 ? refused('INVALID', problems) : passed);
  if (problems.length > 0 || restricted.kind === 'REFUSED') return explanation();

  // 10–11 What it may cost, and whether there is so much left.
  const policy = policyFor(key, services.plans);
  const estimate = formula.estimate(coerced, privileges);
  const price = judgePrice(estimate, policy.maximumCost, () => formula.topFields(coerced, privileges));
  const requestedQueryCost = estimate.kind === 'PRICED' ? estimate.points : undefined;
  steps.judge('COST', price.kind === 'PRICED' ? passed : price);
  if (price.kind === 'REFUSED') return explanation({ requestedQueryCost });
  const budget = isUrgent(plan, surface.urgentMutations)
    ? passed
    : await lookAtBudget(price.estimate, policy, services);
  steps.judge('BUDGET', budget);
  return explanation({
    requestedQueryCost,
    wouldBeThrottled: budget.kind === 'REFUSED',
    retryAfterMs: budget.kind === 'REFUSED' ? retryOf(budget.errors) : undefined,
  });
}

const beyondLens = codedError('FORBIDDEN', 'The operation needs privileges that the calling key cannot grant.');

function judgeOrigin({ key, headers, clientAddress = '' }: ExplainedRequest, surface: Surface): Verdict {
  const restrictions = surface.restrictionsOf(key);
  if (!restrictions) return passed;
  const presented = presentedClient(new Headers(headers.map(([name, value]) => [name, value])), clientAddress);
  return judgeRestrictions(judgeClient(restrictions, presented));
}

/** Against the view first: what is wrong with a name that the actor may not know is that it does not exist. */
function coerce(raw: RawVariables, { plan }: PreparedOperation, surface: Surface, view: Surface['schema']) {
  const seen = coerceVariables(view, plan.operation, raw);
  return seen.kind === 'INVALID' ? seen : coerceVariables(surface.schema, plan.operation, raw);
}

function isWithin({ coordinate, verb }: Denial, lens: ReturnType<typeof lensOf>): boolean {
  const [type = '', field = ''] = coordinate.split('.');
  return field === '*' ? lens.sees(type) : lens.allows(verb, type, field);
}

/** The reservation that it would be, decided on the balances as they stand. */
async function lookAtBudget(
  estimate: { readonly cost: number; readonly points: number },
  policy: ThrottlePolicy,
  { throttle, clock }: PipelineServices,
): Promise<Verdict> {
  try {
    const states = await throttle.peek(policy.buckets);
    return judgeBudget(judgeReserve(policy.buckets, states, estimate.cost, clock.now()), policy, estimate.points);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === undefined) throw cause;
    return refused('UNAVAILABLE', [codedError(code, 'The budget cannot be looked at now.')]);
  }
}

function retryOf([error]: readonly GraphQLError[]): number | undefined {
  const retryAfterMs = error?.extensions['retryAfterMs'];
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
}
