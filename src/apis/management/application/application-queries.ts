import { countApplications, listApplications } from '../../../applications/application-store.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { connectionSelection } from '../../shared/connection-selection.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import { withoutNulls } from '../../shared/without-nulls.ts';
import type { ManagementBuilder } from '../context.ts';
import { addNamedOrder, namedConnection } from '../named-list.ts';
import { objectId } from '../object-id.ts';
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
  const ApplicationOrder = addNamedOrder(builder, 'Application', OrderDirection);

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
        resolve: (_root, { filter, orderBy, ...args }, context, info) => {
          const { administration, apiKey } = context;
          const { queries } = administration.database;
          const selection = { filter: withoutNulls(filter), visibility: visibilityOf(apiKey) };
          return namedConnection('Query.applications', orderBy, args, connectionSelection(info), context, (order) => ({
            rows: (request) => listApplications(queries, selection, order, request),
            count: () => countApplications(queries, selection),
          }));
        },
      },
      { name: 'ApplicationConnection' },
      { name: 'ApplicationEdge' },
    ),
  );
}
