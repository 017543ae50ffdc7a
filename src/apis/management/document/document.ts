import type { DocumentDetails } from '../../../administration/documents/document-store.ts';
import { formatDocumentId } from '../../../restrictions/document-id.ts';
import type { ManagementBuilder } from '../context.ts';

export function addDocumentType(builder: ManagementBuilder) {
  return builder.objectRef<DocumentDetails>('Document').implement({
    description: 'A trusted document of the protected API. It belongs to no application, and never changes.',
    fields: (t) => ({
      documentId: t.string({
        nullable: false,
        description: 'What clients send instead of it, and keys list: `sha256:` and the SHA-256 of its text.',
        resolve: ({ hash }) => formatDocumentId(hash),
      }),
      text: t.exposeString('text', { nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
    }),
  });
}

export type DocumentRef = ReturnType<typeof addDocumentType>;
