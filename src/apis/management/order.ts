import type { ManagementBuilder } from './context.ts';

export function addOrderDirection(builder: ManagementBuilder) {
  return builder.enumType('OrderDirection', { values: ['ASC', 'DESC'] as const });
}

export type OrderDirectionRef = ReturnType<typeof addOrderDirection>;
