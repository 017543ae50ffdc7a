import { mostReported, reportLeakedApiKeys } from '../../../administration/exposure/report-leaked-api-keys.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { requireVariable } from '../lookup/secret-argument.ts';

export function addReportLeakedApiKeys(builder: ManagementBuilder): void {
  const LeakReportStatus = builder.enumType('LeakReportStatus', { values: ['ACCEPTED'] as const });
  const ReportLeakedApiKeysInput = builder.inputType('ReportLeakedApiKeysInput', {
    fields: (t) => ({
      keys: t.stringList({
        required: true,
        looksAt: [],
        description: `1 to ${mostReported} whole texts; in a variable, over POST.`,
      }),
    }),
  });
  const ReportLeakedApiKeysPayload = builder.objectRef<object>('ReportLeakedApiKeysPayload').implement({
    fields: (t) => ({
      status: t.field({
        type: LeakReportStatus,
        nullable: false,
        description: 'Whatever the texts are.',
        resolve: () => 'ACCEPTED' as const,
      }),
    }),
  });
  builder.mutationField('reportLeakedApiKeys', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      rateLimit: { max: 60, window: '1m' },
      description:
        'Reports texts that were found in the open. What becomes of those that are keys, of whatever application, says its `leakPolicy`.',
      type: ReportLeakedApiKeysPayload,
      nullable: false,
      args: { input: t.arg({ type: ReportLeakedApiKeysInput, required: true }) },
      resolve: async (_root, { input }, context, info) => {
        requireVariable(info, context.requestMethod, 'input', ['keys']);
        await reportLeakedApiKeys(context.administration, callerOf(context), input);
        return {};
      },
    }),
  );
}
