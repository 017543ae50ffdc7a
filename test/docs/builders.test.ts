import { readFileSync } from 'node:fs';
import { execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildBooksSchema } from './books-with-pothos.ts';
import { declaredBooksSchema } from './books-with-sdl.ts';
import { missing } from './missing.ts';

const page = readFileSync('docs/builders.md', 'utf8');

it.each(['books-with-pothos.ts', 'books-with-sdl.ts'])('docs/builders.md shows %s as it is', (file) => {
  expect(page).toContain(`\`\`\`ts\n${readFileSync(`test/docs/${file}`, 'utf8')}\`\`\``);
});

describe.each([
  ['with Pothos', () => buildBooksSchema([])],
  ['from SDL', () => declaredBooksSchema()],
])('the example %s', (_, build) => {
  it.each<[string, readonly string[], string, readonly string[]]>([
    ['a field that is granted', ['read:Query', 'read:Book'], '{ books(first: 1) { title } }', []],
    ['a field that is not', ['read:Query', 'read:Book.id'], '{ books(first: 1) { title } }', ['read:Book.title']],
    ['a search', ['read:Query', 'read:Book.id'], '{ books(search: "x") { id } }', ['read:Book.title']],
    ['an explicit field', ['*'], '{ books(first: 1) { supplierNote } }', ['read:Book.supplierNote']],
    [
      'a derived field',
      ['read:Query', 'read:Book', '!read:Book.price'],
      '{ books(first: 1) { onSale } }',
      ['read:Book.price'],
    ],
    [
      'inputs that are given',
      ['*:Mutation', 'read:Book', 'write:Book.title'],
      'mutation { addBook(input: { title: "x", price: 1 }) { id } }',
      ['write:Book.price'],
    ],
  ])('judges %s', (_case, rules, document, expected) => {
    expect(missing(build(), rules, document)).toEqual(expected);
  });
});

it('judges a delete and the rest of the mutations as declared', () => {
  const schema = declaredBooksSchema();
  expect(missing(schema, ['*:Mutation'], 'mutation { removeBook(id: 1) }')).toContain('update:Book.title');
  expect(missing(schema, [], 'mutation { saveBook(input: { title: "x" }) { tags { name } } }')).toEqual(
    expect.arrayContaining(['write:Mutation.saveBook', 'update:Mutation.saveBook', 'update:Book.title']),
  );
});

it('is guarded by its resolvers too, when it was built with Pothos', async () => {
  const rows = [{ id: '1', title: 'Dune', price: 9, supplierNote: 'secret' }];
  const ask = (contextValue: object) =>
    execute({ schema: buildBooksSchema(rows), document: parse('{ books { title } }'), contextValue });
  const access = { hash: 'x', has: () => true, allows: () => true, sees: () => true };
  expect((await ask({ access })).data).toEqual({ books: [{ title: 'Dune' }] });
  expect((await ask({ access: { ...access, allows: () => false } })).data).toEqual({ books: null });
});
