import type { ManagementBuilder } from '../context.ts';

export function addOperationType(builder: ManagementBuilder) {
  return builder.enumType('OperationType', { values: ['QUERY', 'MUTATION', 'SUBSCRIPTION'] as const });
}

export type OperationTypeRef = ReturnType<typeof addOperationType>;
