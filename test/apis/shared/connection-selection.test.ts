import { buildSchema, execute, type GraphQLResolveInfo, parse } from 'graphql';
import { expect, test } from 'vitest';
import { type ConnectionSelection, connectionSelection } from '../../../src/apis/shared/connection-selection.ts';

const schema = buildSchema(`
  type Query { numbers: NumberConnection }
  type NumberConnection { edges: [NumberEdge] nodes: [Int] pageInfo: PageInfo totalCount: Int }
  type NumberEdge { cursor: String node: Int }
  type PageInfo { hasNextPage: Boolean hasPreviousPage: Boolean startCursor: String endCursor: String }
`);

async function selectionIn(selected: string, rest = ''): Promise<ConnectionSelection | undefined> {
  let seen: ConnectionSelection | undefined;
  await execute({
    schema,
    // Not validated: no case uses all variables.
    document: parse(`query ($yes: Boolean = true, $no: Boolean = false) { ${selected} } ${rest}`),
    rootValue: {
      numbers: (_args: object, _context: unknown, info: GraphQLResolveInfo) => {
        seen = connectionSelection(info);
        return null;
      },
    },
  });
  return seen;
}

test.each([
  ['numbers { nodes }', 'ROWS'],
  ['numbers { edges { node } }', 'ROWS'],
  ['numbers { all: nodes totalCount }', 'ROWS'],
  ['numbers { edges { cursor } }', 'PLACES'],
  ['numbers { edges { __typename } }', 'PLACES'],
  ['numbers { pageInfo { endCursor } }', 'ENDS'],
  ['numbers { pageInfo { hasNextPage } totalCount }', 'ENDS'],
  ['numbers { pageInfo { __typename } }', 'NOTHING'],
  ['numbers { totalCount }', 'NOTHING'],
  ['numbers { __typename }', 'NOTHING'],
  ['numbers { totalCount } numbers { nodes }', 'ROWS'],
  ['numbers { edges { cursor } edges { node } }', 'ROWS'],
  ['numbers { edges { cursor } again: edges { node } }', 'ROWS'],
  ['numbers { totalCount ... { nodes } }', 'ROWS'],
  ['numbers { totalCount ... on NumberConnection { edges { ... on NumberEdge { node } } } }', 'ROWS'],
  ['numbers { nodes @include(if: $no) totalCount }', 'NOTHING'],
  ['numbers { nodes @skip(if: $yes) totalCount }', 'NOTHING'],
  ['numbers { nodes @include(if: $yes) @skip(if: $no) totalCount }', 'ROWS'],
  ['numbers { ... @include(if: $no) { nodes } pageInfo { endCursor } }', 'ENDS'],
  ['numbers { edges { cursor node @skip(if: true) } }', 'PLACES'],
])('of %s the page is %s', async (selected, page) => {
  expect((await selectionIn(selected))?.page).toBe(page);
});

test.each([
  ['fragment Page on NumberConnection { ...Inner totalCount } fragment Inner on NumberConnection { nodes }', 'ROWS'],
  ['fragment Page on NumberConnection { edges { ...Edge } } fragment Edge on NumberEdge { cursor }', 'PLACES'],
  ['fragment Page on NumberConnection { totalCount }', 'NOTHING'],
])('fragments count where they are spread: %s', async (fragments, page) => {
  expect((await selectionIn('numbers { ...Page ...Page }', fragments))?.page).toBe(page);
  expect((await selectionIn('numbers { totalCount ...Page @skip(if: $yes) }', fragments))?.page).toBe('NOTHING');
});

test('each side is looked beyond only when that is asked', async () => {
  expect(await selectionIn('numbers { pageInfo { more: hasNextPage } }')).toEqual({
    page: 'ENDS',
    hasNextPage: true,
    hasPreviousPage: false,
  });
  expect(await selectionIn('numbers { pageInfo { endCursor } pageInfo { hasPreviousPage } }')).toEqual({
    page: 'ENDS',
    hasNextPage: false,
    hasPreviousPage: true,
  });
});
