import {
  applicationPlace,
  countApplications,
  type ApplicationFilter as Filter,
  listApplications,
} from '../../../applications/application-store.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { connectionFrom } from '../../shared/connection.ts';
import { cursorsOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { OrderDirectionRef } from '../order.ts';
import type { ApplicationTypes } from './application.ts';

export function addApplicationQueries(
  builder: ManagementBuilder,
  { Application, ApplicationStatus }: ApplicationTypes,
  OrderDirection: OrderDirectionRef,
): void {
  const ApplicationFilter = builder.inputType('ApplicationFilter', {
    description: 'All that is given must hold.',
    entity: 'Application',
    use: 'FILTER',
    fields: (t) => ({
      name: t.string(),
      ownerName: t.string(),
      ownerEmail: t.string(),
      externalId: t.string(),
      status: t.field({
        type: ApplicationStatus,
        description: 'Deleted applications are listed only when asked for.',
      }),
    }),
  });
  const ApplicationOrderField = builder.enumType('ApplicationOrderField', {
    values: {
      ID: { looksAt: ['Application.id'], description: 'The order in which they were created.' },
      NAME: { looksAt: ['Application.name'] },
      CREATED_AT: { looksAt: ['Application.createdAt'] },
    } as const,
  });
  const ApplicationOrder = builder.inputType('ApplicationOrder', {
    use: 'OPERATOR',
    fields: (t) => ({
      field: t.field({ type: ApplicationOrderField, required: true }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });

  builder.queryField('application', (t) =>
    t.field({
      type: Application,
      description: 'An application, or null when there is none or the caller may not see it.',
      args: { id: t.arg.globalID({ looksAt: [], required: true }) },
      resolve: (_root, { id }) => objectId('Application', id),
    }),
  );
  builder.queryField('applications', (t) =>
    t.connection(
      {
        type: Application,
        description: 'Applications that the caller may see: its own, or all.',
        nullable: false,
        args: { filter: t.arg({ type: ApplicationFilter }), orderBy: t.arg({ type: ApplicationOrder }) },
        resolve: (_root, { filter, orderBy, ...args }, context) => {
          const { administration, apiKey } = context;
          const { queries } = administration.database;
          const order = orderBy ?? ({ field: 'ID', direction: 'ASC' } as const);
          const selection = { filter: withoutNulls(filter ?? {}), visibility: visibilityOf(apiKey) };
          const cursors = cursorsOf(context, 'Query.applications', `${order.field} ${order.direction}`);
          return connectionFrom(args, cursors, {
            rows: (request) => listApplications(queries, selection, order, request),
            keyOf: (one) => applicationPlace(one, order.field),
            count: () => countApplications(queries, selection),
          });
        },
      },
      { name: 'ApplicationConnection' },
      { name: 'ApplicationEdge' },
    ),
  );
}

/** Null is as good as absent: it filters nothing. */
function withoutNulls(given: { readonly [Name in keyof Filter]?: Filter[Name] | null | undefined }): Filter {
  return {
    name: given.name ?? undefined,
    ownerName: given.ownerName ?? undefined,
    ownerEmail: given.ownerEmail ?? undefined,
    externalId: given.externalId ?? undefined,
    status: given.status ?? undefined,
  };
}
