import { countRoles, listRoles } from '../../../keys/store/role-store.ts';
import { connectionSelection } from '../../shared/connection-selection.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import { withoutNulls } from '../../shared/without-nulls.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ManagementBuilder } from '../context.ts';
import { addNamedOrder, namedConnection } from '../named-list.ts';
import type { RoleRef } from './role.ts';

export function addRoleQueries(
  builder: ManagementBuilder,
  Role: RoleRef,
  { ApiKeyType }: ApiKeyEnums,
  OrderDirection: OrderDirectionRef,
): void {
  const RoleFilter = builder.inputType('RoleFilter', {
    description: 'All that is given must hold.',
    entity: 'Role',
    use: 'FILTER',
    fields: (t) => ({ name: t.string(), type: t.field({ type: ApiKeyType }) }),
  });
  const RoleOrder = addNamedOrder(builder, 'Role', OrderDirection);
  builder.queryField('roles', (t) =>
    t.connection(
      {
        type: Role,
        nullable: false,
        args: { filter: t.arg({ type: RoleFilter }), orderBy: t.arg({ type: RoleOrder }) },
        resolve: (_root, { filter, orderBy, ...args }, context, info) => {
          const { queries } = context.administration.database;
          const selection = withoutNulls(filter);
          return namedConnection('Query.roles', orderBy, args, connectionSelection(info), context, (order) => ({
            rows: (request) => listRoles(queries, selection, order, request),
            count: () => countRoles(queries, selection),
          }));
        },
      },
      { name: 'RoleConnection' },
      { name: 'RoleEdge' },
    ),
  );
}
