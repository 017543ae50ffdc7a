import type { DocumentDetails } from '../../../administration/documents/document-store.ts';
import { mostDocuments, registerDocuments } from '../../../administration/documents/register-documents.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import type { DocumentRef } from './document.ts';

export function addRegisterDocuments(builder: ManagementBuilder, Document: DocumentRef): void {
  const RegisterDocumentsInput = builder.inputType('RegisterDocumentsInput', {
    fields: (t) => ({
      documents: t.stringList({
        required: true,
        sets: 'Document.text',
        description: `1 to ${mostDocuments} texts; each must be valid on the protected API, else none is registered.`,
      }),
    }),
  });
  const RegisterDocumentsPayload = builder
    .objectRef<{ readonly documents: readonly DocumentDetails[] }>('RegisterDocumentsPayload')
    .implement({
      fields: (t) => ({
        documents: t.field({
          type: [Document],
          nullable: false,
          description: 'In the order of the input, those too that were registered before.',
          cost: { listSize: { assumedSize: mostDocuments } },
          resolve: ({ documents }) => [...documents],
        }),
      }),
    });
  builder.mutationField('registerDocuments', (t) =>
    t.field({
      privilege: { verbs: ['write'] },
      description:
        'Registers trusted documents, which clients may then name by their SHA-256; needs a key with applicationScope ALL.',
      type: RegisterDocumentsPayload,
      nullable: false,
      args: { input: t.arg({ type: RegisterDocumentsInput, required: true }) },
      resolve: async (_root, { input }, context) => {
        const { administration, explainer, apiKey } = context;
        const check = (texts: readonly string[]) => explainer.documentProblems(apiKey, texts);
        return { documents: await registerDocuments(administration, callerOf(context), input, check) };
      },
    }),
  );
}
