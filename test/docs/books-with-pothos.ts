import type { GraphQLSchema } from 'graphql';
import { createBuilder } from '../../src/apis/shared/builder.ts';
import type { CallerContext } from '../../src/apis/shared/context.ts';

interface BookRow {
  readonly id: string;
  readonly title: string;
  readonly price: number;
  readonly supplierNote: string;
}

export function buildBooksSchema(rows: BookRow[]): GraphQLSchema {
  const builder = createBuilder<CallerContext>(1);
  builder.queryType();
  builder.mutationType();

  const Book = builder.objectRef<BookRow>('Book').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      title: t.exposeString('title'), // needs read:Book.title
      price: t.exposeFloat('price'),
      supplierNote: t.exposeString('supplierNote', { privilege: { explicit: true } }), // read:Book is not enough
      onSale: t.boolean({
        privilege: { reads: ['Book.price'] }, // needs read:Book.onSale and read:Book.price
        resolve: ({ price }) => price < 5,
      }),
    }),
  });

  builder.queryField('books', (t) =>
    t.field({
      type: [Book],
      cost: { listSize: { slicingArguments: ['first'], maximumSize: 100, defaultSize: 10 } },
      args: {
        first: t.arg.int(),
        search: t.arg.string({ looksAt: ['Book.title'] }), // needs read:Book.title, selected or not
      },
      resolve: (_root, { first, search }) =>
        rows.filter(({ title }) => title.includes(search ?? '')).slice(0, first ?? 10),
    }),
  );

  const AddBookInput = builder.inputType('AddBookInput', {
    entity: 'Book', // title sets Book.title: needs write:Book.title when it is given
    fields: (t) => ({
      title: t.string({ required: true }),
      price: t.float({ required: true }),
      supplierNote: t.string(),
    }),
  });
  builder.mutationField('addBook', (t) =>
    t.field({
      type: Book,
      privilege: { verbs: ['write'] }, // needs write:Mutation.addBook; without it the build fails
      args: { input: t.arg({ type: AddBookInput, required: true }) },
      resolve: (_root, { input }) => {
        const row = { id: String(rows.length + 1), ...input, supplierNote: input.supplierNote ?? '' };
        rows.push(row);
        return row;
      },
    }),
  );
  return builder.toSchema();
}
