import type { Builder } from './builder.ts';
import type { CallerContext } from './context.ts';

export function addOrderDirection<Context extends CallerContext>(builder: Builder<Context>) {
  return builder.enumType('OrderDirection', { values: ['ASC', 'DESC'] as const });
}

export type OrderDirectionRef = ReturnType<typeof addOrderDirection>;
