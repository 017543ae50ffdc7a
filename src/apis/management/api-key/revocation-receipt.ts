import type { ChangeReceipt } from '../../../administration/change.ts';
import type { ManagementBuilder } from '../context.ts';

/** What revoking, disabling and deleting a key answer: from when on it is stopped everywhere. */
export function addRevocationReceipt(builder: ManagementBuilder) {
  return builder.objectRef<ChangeReceipt>('RevocationReceipt').implement({
    description: 'After `effectiveAt` no request with the key passes, and no mutation of it starts, on any instance.',
    fields: (t) => ({
      effectiveAt: t.expose('effectiveAt', { type: 'DateTime', nullable: false }),
      instancesAcknowledged: t.exposeInt('instancesAcknowledged', {
        nullable: false,
        description: 'Instances that have said that they know of it; the others may use nothing that they remember.',
      }),
      instancesTotal: t.exposeInt('instancesTotal', {
        nullable: false,
        description: 'Instances that could answer from memory when the key was stopped.',
      }),
    }),
  });
}

export type ReceiptRef = ReturnType<typeof addRevocationReceipt>;
