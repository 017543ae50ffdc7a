import { countRoles, listRoles, rolePlace } from '../../../keys/store/role-store.ts';
import { connectionFrom } from '../../shared/connection.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import { cursorsOf, type ManagementBuilder } from '../context.ts';
import type { OrderDirectionRef } from '../order.ts';
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
  const RoleOrderField = builder.enumType('RoleOrderField', {
    values: {
      ID: { looksAt: ['Role.id'], description: 'The order in which they were created.' },
      NAME: { looksAt: ['Role.name'] },
      CREATED_AT: { looksAt: ['Role.createdAt'] },
    } as const,
  });
  const RoleOrder = builder.inputType('RoleOrder', {
    use: 'OPERATOR',
    fields: (t) => ({
      field: t.field({ type: RoleOrderField, required: true }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  builder.queryField('roles', (t) =>
    t.connection(
      {
        type: Role,
        nullable: false,
        args: { filter: t.arg({ type: RoleFilter }), orderBy: t.arg({ type: RoleOrder }) },
        resolve: (_root, { filter, orderBy, ...args }, context) => {
          const { queries } = context.administration.database;
          const order = orderBy ?? ({ field: 'ID', direction: 'ASC' } as const);
          // Null is as good as absent: it filters nothing.
          const selection = { name: filter?.name ?? undefined, type: filter?.type ?? undefined };
          return connectionFrom(args, cursorsOf(context, 'Query.roles', `${order.field} ${order.direction}`), {
            rows: (request) => listRoles(queries, selection, order, request),
            keyOf: (role) => rolePlace(role, order.field),
            count: () => countRoles(queries, selection),
          });
        },
      },
      { name: 'RoleConnection' },
      { name: 'RoleEdge' },
    ),
  );
}
