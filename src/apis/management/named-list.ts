import { type NamedOrder, type NamedRow, namedPlace } from '../../keys/store/named-order.ts';
import { connectionFrom, type PageArguments, type PageSource } from '../shared/connection.ts';
import type { ConnectionSelection } from '../shared/connection-selection.ts';
import type { OrderDirectionRef } from '../shared/order-direction.ts';
import { cursorsOf, type ManagementBuilder, type ManagementContext } from './context.ts';

/** `<Type>Order`: how a list of what has an id, a name and a time of making can be ordered. */
export function addNamedOrder(
  builder: ManagementBuilder,
  type: 'ApiKey' | 'Application' | 'Role',
  OrderDirection: OrderDirectionRef,
) {
  const OrderField = builder.enumType(`${type}OrderField`, {
    values: {
      ID: { looksAt: [`${type}.id`], description: 'The order in which they were created.' },
      NAME: { looksAt: [`${type}.name`] },
      CREATED_AT: { looksAt: [`${type}.createdAt`] },
    } as const,
  });
  return builder.inputType(`${type}Order`, {
    use: 'OPERATOR',
    fields: (t) => ({
      field: t.field({ type: OrderField, required: true }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
}

const inOrderOfMaking: NamedOrder = { field: 'ID', direction: 'ASC' };

/** A page of such a list. Its cursors work in this list and this order alone. */
export function namedConnection<Row extends NamedRow>(
  list: string,
  orderBy: NamedOrder | null | undefined,
  page: PageArguments,
  selected: ConnectionSelection,
  context: ManagementContext,
  sourceIn: (order: NamedOrder) => Omit<PageSource<Row>, 'keyOf'>,
) {
  const order = orderBy ?? inOrderOfMaking;
  const cursors = cursorsOf(context, list, `${order.field} ${order.direction}`);
  const source = { ...sourceIn(order), keyOf: (row: Row) => namedPlace(row, order.field) };
  return connectionFrom(page, cursors, source, selected);
}
