import { addViewer } from '../../shared/viewer.ts';
import type { ManagementBuilder } from '../context.ts';

/** The enums of keys; those that the calling key's own view needs come with it. */
export function addApiKeyEnums(builder: ManagementBuilder) {
  const { ApiKeyType, ApiKeyEnvironment } = addViewer(builder);
  const ApiKeyStatus = builder.enumType('ApiKeyStatus', {
    values: {
      PENDING: { description: 'Not valid before a later time.' },
      ACTIVE: {},
      DISABLED: { description: 'Stopped until it is enabled again.' },
      EXPIRED: {},
      REVOKED: { description: 'Ended for good.' },
      DELETED: {},
    } as const,
  });
  const ApplicationScope = builder.enumType('ApplicationScope', {
    description: 'Whose objects a management key acts on: those of its own application, or of all.',
    values: ['OWN', 'ALL'] as const,
  });
  const OnDenied = builder.enumType('OnDenied', {
    description: 'How an operation is answered that asks for more than the key may have.',
    values: {
      REJECT: { description: 'Nothing runs, and the errors say what is missing.' },
      NULL: {
        description: 'Of a query the denied fields are null, with an error each; other operations are rejected.',
      },
      HIDE: { description: 'What the key may not use answers as if it did not exist.' },
    } as const,
  });
  return { ApiKeyType, ApiKeyEnvironment, ApiKeyStatus, ApplicationScope, OnDenied };
}

export type ApiKeyEnums = ReturnType<typeof addApiKeyEnums>;
