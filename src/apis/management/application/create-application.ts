import { createApplication } from '../../../administration/applications/create-application.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { type ThrottleTypes, throttleOf } from '../throttle/throttle.ts';
import type { ApplicationTypes } from './application.ts';
import { addApplicationPayload } from './application-payload.ts';

export function addCreateApplication(
  builder: ManagementBuilder,
  types: ApplicationTypes,
  { ThrottleInput }: ThrottleTypes,
): void {
  const CreateApplicationInput = builder.inputType('CreateApplicationInput', {
    entity: 'Application',
    fields: (t) => ({
      name: t.string({ required: true }),
      ownerName: t.string({ required: true, description: 'Who answers for it.' }),
      ownerEmail: t.string({ required: true }),
      note: t.string(),
      externalId: t.string(),
      metadata: t.field({ type: 'JSON', description: 'A JSON object, for the administrators alone.' }),
      plan: t.string({ description: 'A plan that all its keys share.' }),
      throttle: t.field({ type: ThrottleInput }),
      leakPolicy: t.field({ type: types.LeakPolicy, description: 'DISABLE by default.' }),
      idempotencyKey: t.string({
        looksAt: [],
        description: 'The same key with the same input within 24 hours answers what the first call made.',
      }),
    }),
  });
  const CreateApplicationPayload = addApplicationPayload(builder, 'CreateApplicationPayload', types);
  builder.mutationField('createApplication', (t) =>
    t.field({
      privilege: { verbs: ['write'] },
      description: 'Creates an application; needs a key with applicationScope ALL.',
      type: CreateApplicationPayload,
      nullable: false,
      args: { input: t.arg({ type: CreateApplicationInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        application: await createApplication(context.administration, callerOf(context), {
          ...input,
          throttle: throttleOf(input.throttle),
          idempotencyKey: input.idempotencyKey ?? undefined,
        }),
      }),
    }),
  );
}
