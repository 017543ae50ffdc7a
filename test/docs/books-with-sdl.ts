import { buildSchema, type GraphQLSchema } from 'graphql';
import { declare } from '../../src/plan/declare.ts';

export function declaredBooksSchema(): GraphQLSchema {
  const schema = buildSchema(`
    type Query {
      book(id: ID!): Book
      books(search: String, first: Int): [Book!]!
    }
    type Mutation {
      addBook(input: BookInput!): Book!
      saveBook(input: BookInput!): Book!
      removeBook(id: ID!): Boolean!
    }
    type Book { id: ID! title: String! price: Float! onSale: Boolean supplierNote: String tags: [Tag!]! }
    type Tag { name: String! }
    input BookInput { title: String! price: Float supplierNote: String }
  `);
  return declare(schema, {
    mutations: {
      addBook: ['write'],
      removeBook: { verbs: ['update'], deletes: 'Book' },
      default: ['write', 'update'], // the rest, today and later
    },
    inputs: { BookInput: { entity: 'Book' } },
    explicit: ['Book.supplierNote'],
    open: ['Tag.name'],
    arguments: { 'Query.books(search:)': { looksAt: ['Book.title'] } },
    fields: {
      'Book.onSale': { reads: ['Book.price'] },
      'Query.books': { cost: { listSize: { slicingArguments: ['first'], maximumSize: 100, defaultSize: 10 } } },
    },
    defaultAssumedSize: 20, // of lists that nothing bounds: Book.tags
  });
}
