import { updateApplication } from '../../../administration/applications/update-application.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import { type ThrottleTypes, throttleOf } from '../throttle/throttle.ts';
import type { ApplicationTypes } from './application.ts';
import { addApplicationPayload } from './application-payload.ts';

export function addUpdateApplication(
  builder: ManagementBuilder,
  types: ApplicationTypes,
  { ThrottleInput }: ThrottleTypes,
): void {
  const UpdateApplicationInput = builder.inputType('UpdateApplicationInput', {
    description: 'What is left out stays as it is; null clears.',
    entity: 'Application',
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [], description: 'Refused when the application has changed since.' }),
      name: t.string(),
      ownerName: t.string(),
      ownerEmail: t.string(),
      note: t.string(),
      externalId: t.string(),
      metadata: t.field({ type: 'JSON' }),
      plan: t.string(),
      throttle: t.field({ type: ThrottleInput }),
      leakPolicy: t.field({ type: types.LeakPolicy, description: 'DISABLE by default.' }),
      status: t.field({
        type: types.ApplicationStatus,
        description: 'DISABLED stops all its keys (`API_KEY_DISABLED`), ACTIVE lets them work again.',
      }),
    }),
  });
  const UpdateApplicationPayload = addApplicationPayload(builder, 'UpdateApplicationPayload', types);
  builder.mutationField('updateApplication', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Changes an application; its keys obey at once.',
      type: UpdateApplicationPayload,
      nullable: false,
      args: { input: t.arg({ type: UpdateApplicationInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        application: await updateApplication(context.administration, callerOf(context), {
          ...input,
          id: objectId('Application', input.id),
          etag: input.etag ?? undefined,
          throttle: throttleOf(input.throttle),
        }),
      }),
    }),
  );
}
