import {
  type AuditSelection,
  countAuditEvents,
  type AuditEventFilter as Filter,
  listAuditEvents,
} from '../../../audit/list-audit-events.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { connectionFrom, type PageArguments } from '../../shared/connection.ts';
import { type ConnectionSelection, connectionSelection } from '../../shared/connection-selection.ts';
import type { GlobalId } from '../../shared/global-id.ts';
import { withoutNulls } from '../../shared/without-nulls.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApplicationTypes } from '../application/application.ts';
import { cursorsOf, type ManagementBuilder, type ManagementContext } from '../context.ts';
import { optionalObjectId } from '../object-id.ts';
import { addAuditEventType } from './audit-event.ts';

/** Who changed what: of everything that the caller may see, and of one key. */
export function addAuditEvents(builder: ManagementBuilder, ApiKey: ApiKeyRef, application: ApplicationTypes): void {
  const AuditEvent = addAuditEventType(builder, ApiKey, application);
  const AuditEventFilter = builder.inputType('AuditEventFilter', {
    description: 'All that is given must hold.',
    entity: 'AuditEvent',
    use: 'FILTER',
    fields: (t) => ({
      action: t.string(),
      targetId: t.globalID({ description: 'Of a key, an application or a role, also of one that is gone.' }),
      actorId: t.globalID({ description: 'Of the calling key.' }),
      applicationId: t.globalID(),
      since: t.field({ type: 'DateTime', sets: 'AuditEvent.at' }),
      until: t.field({ type: 'DateTime', sets: 'AuditEvent.at' }),
    }),
  });
  const AuditEventConnection = builder.connectionObject(
    {
      type: AuditEvent,
      name: 'AuditEventConnection',
      description: '`totalCount` counts no further than 10,000.',
    },
    { name: 'AuditEventEdge' },
  );
  builder.queryField('auditEvents', (t) =>
    t.connection(
      {
        type: AuditEvent,
        nullable: false,
        description: 'Changes to what the caller may see, the latest first.',
        args: { filter: t.arg({ type: AuditEventFilter, cost: { weight: 10 } }) },
        resolve: (_root, { filter, ...args }, context, info) =>
          page('Query.auditEvents', filterOf(filter), args, connectionSelection(info), context),
      },
      AuditEventConnection,
    ),
  );
  builder.objectField(ApiKey, 'auditEvents', (t) =>
    t.connection(
      {
        type: AuditEvent,
        nullable: false,
        description: 'Changes to this key, the latest first.',
        resolve: ({ id }, args, context, info) =>
          page(
            `ApiKey.auditEvents ${id}`,
            { target: { type: 'ApiKey', id } },
            args,
            connectionSelection(info),
            context,
          ),
      },
      AuditEventConnection,
    ),
  );
}

function page(
  list: string,
  filter: AuditSelection['filter'],
  args: PageArguments,
  selected: ConnectionSelection,
  context: ManagementContext,
) {
  const { administration, apiKey } = context;
  const { database } = administration;
  const selection: AuditSelection = { filter, visibility: visibilityOf(apiKey) };
  return connectionFrom(
    args,
    cursorsOf(context, list, 'SEQ DESC'),
    {
      rows: (request) => listAuditEvents(database, selection, request),
      keyOf: ({ seq }) => [seq],
      count: () => countAuditEvents(database, selection),
    },
    selected,
  );
}

interface GivenFilter {
  readonly action?: string | null | undefined;
  readonly targetId?: GlobalId | null | undefined;
  readonly actorId?: GlobalId | null | undefined;
  readonly applicationId?: GlobalId | null | undefined;
  readonly since?: number | null | undefined;
  readonly until?: number | null | undefined;
}

function filterOf(given: GivenFilter | null | undefined): Filter {
  const { targetId: target, actorId, applicationId, ...rest } = given ?? {};
  return {
    ...withoutNulls(rest),
    target: target ? { type: target.typename, id: target.id } : undefined,
    actorKeyId: optionalObjectId('ApiKey', actorId),
    applicationId: optionalObjectId('Application', applicationId),
  };
}
