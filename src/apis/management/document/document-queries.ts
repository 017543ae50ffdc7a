import { countDocuments, documentPlace, listDocuments } from '../../../administration/documents/document-store.ts';
import { connectionFrom } from '../../shared/connection.ts';
import { connectionSelection } from '../../shared/connection-selection.ts';
import { cursorsOf, type ManagementBuilder } from '../context.ts';
import type { DocumentRef } from './document.ts';

export function addDocumentQueries(builder: ManagementBuilder, Document: DocumentRef): void {
  builder.queryField('documents', (t) =>
    t.connection(
      {
        type: Document,
        nullable: false,
        description: 'Registered documents, in the order in which they were registered.',
        resolve: (_root, args, context, info) => {
          const { queries } = context.administration.database;
          return connectionFrom(
            args,
            cursorsOf(context, 'Query.documents', 'CREATED_AT ASC'),
            {
              rows: (request) => listDocuments(queries, request),
              keyOf: documentPlace,
              count: () => countDocuments(queries),
            },
            connectionSelection(info),
          );
        },
      },
      { name: 'DocumentConnection' },
      { name: 'DocumentEdge' },
    ),
  );
}
