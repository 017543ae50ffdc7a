import type { ChainLink } from '../../../audit/chain-verifier.ts';
import { encodeGlobalId } from '../../shared/global-id.ts';
import type { JsonValue } from '../../shared/scalars/json.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder } from '../context.ts';
import { shownState } from './audit-state.ts';
import { shownCoordinates } from './shown-members.ts';

export function addAuditEventType(builder: ManagementBuilder, ApiKey: ApiKeyRef, { Application }: ApplicationTypes) {
  return builder.objectRef<ChainLink>('AuditEvent').implement({
    description:
      'One change: who, what, when. Each event carries the hash of the one before it, so none can be edited or removed without a trace.',
    fields: (t) => ({
      seq: t.float({ nullable: false, description: 'Its place in the chain.', resolve: ({ seq }) => seq }),
      at: t.field({ type: 'DateTime', nullable: false, resolve: ({ entry }) => entry.at }),
      action: t.string({
        nullable: false,
        description: 'What was done: `api_key.created`, `application.updated`, …',
        resolve: ({ entry }) => entry.action,
      }),
      actor: t.field({
        type: ApiKey,
        description: 'The calling key, when it still exists and the caller may see it.',
        resolve: ({ entry }) => entry.actorKeyId,
      }),
      actorId: t.id({
        description: 'Of the calling key; null when no key acted: a job, the first start, a command on the database.',
        resolve: ({ entry }) => globalId('ApiKey', entry.actorKeyId),
      }),
      actorAddress: t.string({
        description: 'Client address; null when the actor is a key that the caller may not see.',
        resolve: ({ entry }) => entry.actorAddress,
      }),
      requestId: t.string({ description: 'As answered in `X-Request-Id`.', resolve: ({ entry }) => entry.requestId }),
      targetType: t.string({ nullable: false, resolve: ({ entry }) => entry.targetType }),
      targetId: t.id({
        nullable: false,
        description: 'Global id of what was changed, also when it is gone.',
        resolve: ({ entry }) => encodeGlobalId(entry.targetType, entry.targetId),
      }),
      application: t.field({ type: Application, resolve: ({ entry }) => entry.applicationId }),
      applicationId: t.id({
        description: 'Of the application that the target belongs to; null for what belongs to none, such as roles.',
        resolve: ({ entry }) => globalId('Application', entry.applicationId),
      }),
      before: t.field({
        type: 'JSON',
        description: 'The fields that changed, as they were; never a secret.',
        privilege: { reads: shownCoordinates() },
        resolve: ({ entry }) => shownState(entry.targetType, entry.before) as JsonValue | undefined,
      }),
      after: t.field({
        type: 'JSON',
        privilege: { reads: shownCoordinates() },
        resolve: ({ entry }) => shownState(entry.targetType, entry.after) as JsonValue | undefined,
      }),
      prevHash: t.string({
        nullable: false,
        description: 'Hash of the event before it, in hex; zeros before the first.',
        resolve: ({ prevHash }) => Buffer.from(prevHash).toString('hex'),
      }),
      hash: t.string({
        nullable: false,
        description:
          'SHA-256 over `prevHash` and the canonical JSON of what was recorded (inner ids, times in milliseconds), in hex.',
        resolve: ({ hash }) => Buffer.from(hash).toString('hex'),
      }),
    }),
  });
}

function globalId(typename: string, id: string | undefined): string | undefined {
  return id === undefined ? undefined : encodeGlobalId(typename, id);
}
