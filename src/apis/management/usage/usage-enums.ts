import { outcomes } from '../../../usage/outcomes.ts';
import type { ManagementBuilder } from '../context.ts';

export function addUsageEnums(builder: ManagementBuilder) {
  const RequestOutcome = builder.enumType('RequestOutcome', {
    description: 'What became of a request.',
    values: outcomes,
  });
  const UsageInterval = builder.enumType('UsageInterval', {
    description: 'Intervals of a report, in UTC. A report has at most 1500.',
    values: ['MINUTE', 'HOUR', 'DAY'] as const,
  });
  const UsageDimension = builder.enumType('UsageDimension', {
    description: 'What requests are told apart by.',
    values: {
      APPLICATION: { looksAt: ['UsageGroup.application'] },
      API_KEY: { looksAt: ['UsageGroup.apiKey'] },
      SECRET: { looksAt: ['UsageGroup.secretId'] },
      SURFACE: { looksAt: ['UsageGroup.surface'] },
      OPERATION: { looksAt: ['UsageGroup.operationName', 'UsageGroup.documentHash'] },
      OUTCOME: { looksAt: ['UsageGroup.outcome'] },
      CLIENT: { looksAt: ['UsageGroup.clientName', 'UsageGroup.clientVersion'] },
    } as const,
  });
  return { RequestOutcome, UsageInterval, UsageDimension };
}

export type UsageEnums = ReturnType<typeof addUsageEnums>;
