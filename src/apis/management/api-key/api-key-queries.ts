import { type ApiKeySelection, countApiKeys, listApiKeys } from '../../../keys/store/list-api-keys.ts';
import type { NamedOrder } from '../../../keys/store/named-order.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import type { PageArguments } from '../../shared/connection.ts';
import { type ConnectionSelection, connectionSelection } from '../../shared/connection-selection.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder, ManagementContext } from '../context.ts';
import { namedConnection } from '../named-list.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import { type ApiKeyFilterTypes, apiKeyFilterOf } from './api-key-filter.ts';

export function addApiKeyQueries(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { Application }: ApplicationTypes,
  { ApiKeyFilter, ApiKeyOrder }: ApiKeyFilterTypes,
): void {
  const ApiKeyConnection = builder.connectionObject({ type: ApiKey, name: 'ApiKeyConnection' }, { name: 'ApiKeyEdge' });

  builder.queryField('apiKey', (t) =>
    t.field({
      type: ApiKey,
      description: 'A key, or null when there is none or the caller may not see it.',
      args: { id: t.arg.globalID({ looksAt: [], required: true }) },
      resolve: (_root, { id }) => objectId('ApiKey', id),
    }),
  );
  builder.queryField('apiKeys', (t) =>
    t.connection(
      {
        type: ApiKey,
        description: 'Keys of the applications that the caller may see.',
        nullable: false,
        args: { filter: t.arg({ type: ApiKeyFilter, cost: { weight: 5 } }), orderBy: t.arg({ type: ApiKeyOrder }) },
        resolve: (_root, { filter, orderBy, ...args }, context, info) =>
          page('Query.apiKeys', apiKeyFilterOf(filter), orderBy, args, connectionSelection(info), context),
      },
      ApiKeyConnection,
    ),
  );
  builder.objectField(Application, 'apiKeys', (t) =>
    t.connection(
      {
        type: ApiKey,
        nullable: false,
        args: { filter: t.arg({ type: ApiKeyFilter, cost: { weight: 5 } }), orderBy: t.arg({ type: ApiKeyOrder }) },
        resolve: (application, { filter, orderBy, ...args }, context, info) => {
          const own = { ...apiKeyFilterOf(filter), within: application.id };
          return page(`Application.apiKeys ${application.id}`, own, orderBy, args, connectionSelection(info), context);
        },
      },
      ApiKeyConnection,
    ),
  );
}

function page(
  list: string,
  filter: ApiKeySelection['filter'],
  orderBy: NamedOrder | null | undefined,
  args: PageArguments,
  selected: ConnectionSelection,
  context: ManagementContext,
) {
  const { administration, apiKey } = context;
  const { queries } = administration.database;
  const selection = { filter, visibility: visibilityOf(apiKey), now: administration.clock.now() };
  return namedConnection(list, orderBy, args, selected, context, (order) => ({
    rows: (request) => listApiKeys(queries, selection, order, request),
    count: () => countApiKeys(queries, selection),
  }));
}
