import { notFound } from '../../../administration/not-found.ts';
import {
  type ExplainedStep,
  type RequestExplanation as Explanation,
  type RequestStep,
  requestSteps,
} from '../../../admission/explanation.ts';
import type { KeySecretRecord } from '../../../keys/api-key.ts';
import { findApiKey } from '../../../keys/store/find-api-keys.ts';
import { findSecrets, type SecretDetails } from '../../../keys/store/secret-store.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { inputError } from '../../shared/input-error.ts';
import type { ManagementBuilder } from '../context.ts';
import { objectId, optionalObjectId } from '../object-id.ts';
import { mostPrivileges, type RequiredPrivilegeRef } from '../required-privileges/required-privileges.ts';
import { readHeaders } from './read-headers.ts';

export function addExplainRequest(builder: ManagementBuilder, RequiredPrivilege: RequiredPrivilegeRef): void {
  const RequestStepOutcome = builder.enumType('RequestStepOutcome', {
    values: ['PASSED', 'REFUSED', 'SKIPPED'] as const,
  });
  const RequestStepName = builder.enumType('RequestStep', {
    description: 'What happens to a request, in this order.',
    values: requestSteps,
  });
  const ExplainedRequestStep = builder.objectRef<ExplainedStep>('ExplainedRequestStep').implement({
    cost: { weight: 0 },
    fields: (t) => ({
      step: t.expose('step', { type: RequestStepName, nullable: false }),
      outcome: t.expose('outcome', { type: RequestStepOutcome, nullable: false }),
      code: t.string({ description: 'The code that the client would meet.', resolve: ({ code }) => code }),
      message: t.string({ resolve: ({ message }) => message }),
    }),
  });
  const RequestExplanation = builder.objectRef<Explanation>('RequestExplanation').implement({
    fields: (t) => ({
      allowed: t.boolean({
        nullable: false,
        description: 'No step refuses it, as far as it was looked at.',
        resolve: ({ steps }) => steps.every(({ outcome }) => outcome !== 'REFUSED'),
      }),
      steps: t.field({
        type: [ExplainedRequestStep],
        nullable: false,
        cost: { listSize: { assumedSize: requestSteps.length } },
        resolve: ({ steps }) => [...steps],
      }),
      denials: t.field({
        type: [RequiredPrivilege],
        nullable: false,
        description: 'What the key lacks for it, of what the calling key can grant.',
        cost: { listSize: { assumedSize: mostPrivileges } },
        resolve: ({ denials }) => denials.slice(0, mostPrivileges),
      }),
      requestedQueryCost: t.float({
        description: 'What would be reserved, in points; null when it would not be priced.',
        resolve: (one) => one.requestedQueryCost,
      }),
      // Both show what is left of another key's budget.
      wouldBeThrottled: t.boolean({
        privilege: { reads: ['ApiKey.throttle'] },
        resolve: (one) => one.wouldBeThrottled,
      }),
      retryAfter: t.field({
        type: 'Duration',
        privilege: { reads: ['ApiKey.throttle'] },
        description: 'When the points would be there, if nothing else runs.',
        resolve: ({ retryAfterMs }) => retryAfterMs,
      }),
    }),
  });
  const RequestHeaderInput = builder.inputType('RequestHeaderInput', {
    use: 'OPERATOR',
    fields: (t) => ({ name: t.string({ required: true }), value: t.string({ required: true }) }),
  });
  const ExplainRequestInput = builder.inputType('ExplainRequestInput', {
    use: 'OPERATOR',
    fields: (t) => ({
      apiKeyId: t.globalID({ required: true, description: 'Who would send it.' }),
      secretId: t.globalID({
        looksAt: ['ApiKeySecret.status'],
        description: 'Which of its secrets it would carry; left out, the active one.',
      }),
      document: t.string({ required: true }),
      operationName: t.string(),
      variables: t.field({ type: 'JSON', description: 'A JSON object, as a request carries it.' }),
      clientAddress: t.string({ description: 'Where it would come from.' }),
      headers: t.field({
        type: [RequestHeaderInput],
        description: 'By which a browser or an app presents itself, such as Origin; never a key.',
      }),
    }),
  });
  builder.queryField('explainRequest', (t) =>
    t.field({
      type: RequestExplanation,
      nullable: false,
      description:
        'What would become of a request: nothing runs, counts or is charged. Of the protected API it knows what the calling key can grant; names beyond that are unknown.',
      cost: { weight: 10 },
      rateLimit: { max: 60, window: '1m' },
      // What becomes of a request shows where the key works, whether it does, and what it may.
      args: {
        input: t.arg({
          type: ExplainRequestInput,
          required: true,
          looksAt: ['ApiKey.status', 'ApiKey.effectivePrivileges', 'ApiKey.restrictions'],
        }),
      },
      resolve: async (_root, { input }, { administration, explainer, apiKey, access }) => {
        const { document, operationName, variables, clientAddress } = input;
        const headers = readHeaders(input.headers ?? []);
        if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) {
          throw inputError([{ message: 'must be a JSON object', path: ['input', 'variables'] }]);
        }
        const id = objectId('ApiKey', input.apiKeyId);
        const key = await findApiKey(administration.database.queries, id, visibilityOf(apiKey));
        if (!key) throw notFound('API key');
        const { database, clock } = administration;
        const secrets = await findSecrets(database.queries, [key.id], clock.now());
        const secret = chosenSecret(secrets, optionalObjectId('ApiKeySecret', input.secretId));
        const explanation = await explainer.explain(apiKey, {
          key,
          secret,
          document,
          operationName: operationName ?? undefined,
          variables: { ...variables },
          clientAddress: clientAddress ?? undefined,
          headers,
        });
        const mayRead = (field: string) => access.allows('read', 'ApiKey', field);
        const noted = mayRead('onDenied') && mayRead('enforcement') ? explanation : withoutNotes(explanation);
        return mayRead('throttle') ? noted : withoutLimits(noted);
      },
    }),
  );
}

/** What each of these steps decides, and what it says, tells the limits of the key and what is left of them. */
const limits: ReadonlySet<RequestStep> = new Set(['REQUESTS_WINDOW', 'COST', 'BUDGET']);

function withoutLimits(explanation: Explanation): Explanation {
  const message = 'Told to a key that may read ApiKey.throttle.';
  const hidden = (step: RequestStep): ExplainedStep => ({ step, outcome: 'SKIPPED', code: undefined, message });
  return {
    ...explanation,
    steps: explanation.steps.map((one) => (limits.has(one.step) ? hidden(one.step) : one)),
  };
}

/** Why a step passes that would refuse tells how the key is treated: `onDenied` and `enforcement`. */
function withoutNotes(explanation: Explanation): Explanation {
  const { steps } = explanation;
  return {
    ...explanation,
    steps: steps.map((one) => (one.outcome === 'PASSED' ? { ...one, message: undefined } : one)),
  };
}

/** An active one is made up for a key that has none: all else can still be told. */
function chosenSecret(secrets: readonly SecretDetails[], id: string | undefined): KeySecretRecord {
  if (id === undefined) {
    return secrets.find(({ status }) => status === 'ACTIVE') ?? activeSecret;
  }
  const named = secrets.find((secret) => secret.id === id);
  if (!named) throw notFound('secret of the API key');
  return named;
}

const activeSecret: KeySecretRecord = { id: '', status: 'ACTIVE', activatedAt: undefined, expiresAt: undefined };
