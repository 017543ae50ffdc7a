import { etagOf } from '../../../administration/etag.ts';
import type { ApplicationDetails } from '../../../applications/application-details.ts';
import { findApplications } from '../../../applications/application-store.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import type { JsonValue } from '../../shared/scalars/json.ts';
import type { ManagementBuilder } from '../context.ts';
import { inOrder } from '../load-by-id.ts';
import type { ThrottleTypes } from '../throttle/throttle.ts';

export function addApplicationType(builder: ManagementBuilder, { Throttle }: ThrottleTypes) {
  const ApplicationStatus = builder.enumType('ApplicationStatus', {
    values: ['ACTIVE', 'DISABLED', 'DELETED'] as const,
  });

  const LeakPolicy = builder.enumType('LeakPolicy', {
    description: 'What becomes of a key that somebody found in the open.',
    values: {
      DISABLE: { description: 'The key is disabled at once.' },
      EXPIRE_AFTER_GRACE: {
        description: 'The secret that was found ends within an hour; a rotation gives the key another.',
      },
      ALERT: { description: 'It is noted and told, and nothing else happens.' },
    } as const,
  });

  const Application = builder.loadableNodeRef('Application', {
    id: { resolve: (application: ApplicationDetails) => application.id },
    load: (ids: string[], { administration, apiKey }) =>
      inOrder(ids, (some) => findApplications(administration.database.queries, some, visibilityOf(apiKey))) as Promise<
        ApplicationDetails[]
      >,
  });
  builder.objectType(Application, {
    description: 'The owner of keys: what a request is traced to.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      ownerName: t.exposeString('ownerName', { nullable: false }),
      ownerEmail: t.exposeString('ownerEmail', { nullable: false }),
      note: t.exposeString('note'),
      externalId: t.exposeString('externalId', { description: 'Its id in another system.' }),
      metadata: t.field({ type: 'JSON', resolve: ({ metadata }) => metadata as JsonValue | undefined }),
      plan: t.exposeString('plan', { description: 'Name of the plan that all its keys share, if it has one.' }),
      throttle: t.field({
        type: Throttle,
        resolve: ({ throttle, id }) =>
          throttle && { ...throttle, owner: { bucketId: `application:${id}`, partition: id } },
      }),
      leakPolicy: t.expose('leakPolicy', { type: LeakPolicy, nullable: false }),
      status: t.expose('status', { type: ApplicationStatus, nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      etag: t.string({
        nullable: false,
        description: 'Names this state: an update that gives it is refused when the application has changed since.',
        resolve: etagOf,
      }),
    }),
  });
  return { Application, ApplicationStatus, LeakPolicy };
}

export type ApplicationTypes = ReturnType<typeof addApplicationType>;
