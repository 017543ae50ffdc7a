import { visibilityOf } from '../../../keys/store/visibility.ts';
import type { LoggedRequest } from '../../../usage/logged-request.ts';
import type { UsageOutcome } from '../../../usage/outcomes.ts';
import { countRequests, type RequestFilter as Filter, listRequests } from '../../../usage/report/logged-requests.ts';
import { connectionFrom } from '../../shared/connection.ts';
import { connectionSelection } from '../../shared/connection-selection.ts';
import type { GlobalId } from '../../shared/global-id.ts';
import { withoutNulls } from '../../shared/without-nulls.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ApplicationTypes } from '../application/application.ts';
import { cursorsOf, type ManagementBuilder } from '../context.ts';
import { optionalObjectId } from '../object-id.ts';
import type { UsageEnums } from './usage-enums.ts';

/** The request log: from the id of a request to its key, application and owner. */
export function addRequestLog(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { Application }: ApplicationTypes,
  { ApiKeyType }: ApiKeyEnums,
  { RequestOutcome }: UsageEnums,
): void {
  const Request = builder.objectRef<LoggedRequest>('Request').implement({
    description: 'One request as it was logged: never its arguments, variables or key.',
    fields: (t) => ({
      requestId: t.exposeString('requestId', { nullable: false, description: 'As answered in `X-Request-Id`.' }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
      surface: t.expose('surface', { type: ApiKeyType, nullable: false }),
      apiKey: t.field({
        type: ApiKey,
        description: 'The key that it named, also when that was refused.',
        resolve: ({ apiKeyId }) => apiKeyId,
      }),
      secretId: t.exposeString('secretId', { description: 'The secret that proved the key.' }),
      application: t.field({ type: Application, resolve: ({ applicationId }) => applicationId }),
      operationType: t.string({ resolve: ({ operationType }) => operationType || undefined }),
      operationName: t.string({ resolve: ({ operationName }) => operationName || undefined }),
      documentHash: t.string({ resolve: ({ documentHash }) => documentHash || undefined }),
      outcome: t.field({
        type: RequestOutcome,
        nullable: false,
        resolve: ({ outcome }) => outcome as UsageOutcome,
      }),
      errorCode: t.string({ description: 'Of its first error.', resolve: ({ errorCode }) => errorCode || undefined }),
      requestedQueryCost: t.float({ nullable: false, resolve: ({ requestedCost }) => requestedCost }),
      actualQueryCost: t.float({ nullable: false, resolve: ({ actualCost }) => actualCost }),
      latencyMs: t.exposeInt('latencyMs', { nullable: false }),
      clientAddress: t.exposeString('clientAddress', { nullable: false }),
      clientName: t.string({ resolve: ({ clientName }) => clientName || undefined }),
      clientVersion: t.string({ resolve: ({ clientVersion }) => clientVersion || undefined }),
      sampledOneOf: t.exposeInt('oneOf', {
        nullable: false,
        description: '1: every request like it was logged in its second; n: one of about n was.',
      }),
    }),
  });
  const RequestFilter = builder.inputType('RequestFilter', {
    description: 'All that is given must hold.',
    entity: 'Request',
    use: 'FILTER',
    fields: (t) => ({
      requestId: t.string(),
      since: t.field({ type: 'DateTime', sets: 'Request.at' }),
      until: t.field({ type: 'DateTime', sets: 'Request.at' }),
      applicationId: t.globalID({ sets: 'Request.application' }),
      apiKeyId: t.globalID({ sets: 'Request.apiKey' }),
      surface: t.field({ type: ApiKeyType }),
      outcome: t.field({ type: RequestOutcome }),
      errorCode: t.string(),
      operationName: t.string(),
    }),
  });
  builder.queryField('requests', (t) =>
    t.connection(
      {
        type: Request,
        nullable: false,
        description: 'Logged requests of the applications that the caller may see, the latest first.',
        args: { filter: t.arg({ type: RequestFilter, cost: { weight: 10 } }) },
        resolve: async (_root, { filter, ...args }, context, info) => {
          const { administration, usage, apiKey } = context;
          const { database } = administration;
          await usage.flush();
          const selection = { filter: filterOf(filter), visibility: visibilityOf(apiKey) };
          return connectionFrom(
            args,
            cursorsOf(context, 'Query.requests', 'ID DESC'),
            {
              rows: (request) => listRequests(database, selection, request),
              keyOf: ({ id }) => [id],
              count: () => countRequests(database, selection),
            },
            connectionSelection(info),
          );
        },
      },
      { name: 'RequestConnection', description: '`totalCount` counts no further than 10,000.' },
      { name: 'RequestEdge' },
    ),
  );
}

type Given = { readonly [Name in keyof Filter]?: Filter[Name] | null | undefined };

type GivenFilter = Omit<Given, 'applicationId' | 'apiKeyId'> & {
  readonly applicationId?: GlobalId | null | undefined;
  readonly apiKeyId?: GlobalId | null | undefined;
};

function filterOf(given: GivenFilter | null | undefined): Filter {
  return {
    ...withoutNulls(given),
    applicationId: optionalObjectId('Application', given?.applicationId),
    apiKeyId: optionalObjectId('ApiKey', given?.apiKeyId),
  };
}
