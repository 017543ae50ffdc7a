import { deleteApplication } from '../../../administration/applications/delete-application.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApplicationTypes } from './application.ts';
import { addApplicationPayload } from './application-payload.ts';

export function addDeleteApplication(builder: ManagementBuilder, types: ApplicationTypes): void {
  const DeleteApplicationInput = builder.inputType('DeleteApplicationInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      reason: t.string({ description: 'For the audit log.' }),
    }),
  });
  const DeleteApplicationPayload = addApplicationPayload(builder, 'DeleteApplicationPayload', types);
  builder.mutationField('deleteApplication', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Ends an application and all its keys for good.',
      type: DeleteApplicationPayload,
      nullable: false,
      args: { input: t.arg({ type: DeleteApplicationInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        application: await deleteApplication(context.administration, callerOf(context), {
          id: objectId('Application', input.id),
          etag: input.etag ?? undefined,
          reason: input.reason ?? undefined,
        }),
      }),
    }),
  );
}
