import type { ApplicationDetails } from '../../../applications/application-details.ts';
import type { ManagementBuilder } from '../context.ts';
import type { ApplicationTypes } from './application.ts';

export function addApplicationPayload(builder: ManagementBuilder, name: string, { Application }: ApplicationTypes) {
  return builder.objectRef<{ readonly application: ApplicationDetails }>(name).implement({
    fields: (t) => ({
      application: t.field({ type: Application, nullable: false, resolve: ({ application }) => application }),
    }),
  });
}
