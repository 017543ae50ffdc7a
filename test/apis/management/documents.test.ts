import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GraphqlAnswer, openTestApp, type TestApp } from '../../support/test-app.ts';

const register = `mutation ($input: RegisterDocumentsInput!) {
  registerDocuments(input: $input) { documents { documentId text createdAt } }
}`;

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const idOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const send = (documents: readonly string[], key = test.adminKey) =>
  test.management(key, register, { input: { documents } });
const registered = async (): Promise<readonly string[]> => {
  const { body } = await test.management(test.adminKey, '{ documents(first: 100) { nodes { text } } }');
  return body.data.documents.nodes.map(({ text }: { text: string }) => text);
};

describe('registerDocuments', () => {
  it('keeps texts by their hash, in the order of the input, once', async () => {
    const [first, second] = ['query A { viewer { __typename } }', 'query B { viewer { __typename } }'];
    const { body } = await send([first, second, first]);
    const ids = body.data.registerDocuments.documents.map(({ documentId }: { documentId: string }) => documentId);
    expect(ids).toEqual([idOf(first), idOf(second), idOf(first)]);
    expect(await registered()).toEqual(expect.arrayContaining([first, second]));
  });

  it('changes nothing when it is repeated, and says when the text first came', async () => {
    const text = 'query Again { viewer { __typename } }';
    const once = (await send([text])).body.data.registerDocuments.documents;
    test.clock.advance(3_600_000);
    const other = 'query Other { viewer { __typename } }';
    const twice = (await send([other, text])).body.data.registerDocuments.documents;
    expect(twice[1]).toEqual(once[0]);
    expect((await registered()).filter((one) => one === text)).toHaveLength(1);
  });

  it('registers all or none, and says of each what is wrong with it', async () => {
    const good = 'query Good { viewer { __typename } }';
    const before = await registered();
    const { body, codes } = await send([
      good,
      '{ nothing }',
      'query {',
      'type City { id: ID }',
      'query A { viewer { __typename } } { viewer { __typename } }',
      `{ country(code: "CH") ${'{ cities { nodes { country '.repeat(8)}{ name } ${'} } }'.repeat(8)} }`,
    ]);
    expect(codes).toEqual(['BAD_USER_INPUT']);
    const [{ message, extensions }] = body.errors;
    expect(message).toContain('"documents.1" cannot be registered: Cannot query field "nothing"');
    expect(extensions.argument).toEqual(['input', 'documents']);
    const told = extensions.problems.map(({ index, code }: { index: number; code: string }) => [index, code]);
    expect(told).toEqual([
      [1, 'GRAPHQL_VALIDATION_FAILED'],
      [2, 'GRAPHQL_PARSE_FAILED'],
      [3, 'OPERATION_RESOLUTION_FAILURE'],
      [4, 'GRAPHQL_VALIDATION_FAILED'],
      [5, 'QUERY_TOO_DEEP'],
    ]);
    expect(extensions.problems[0].locations).toEqual([{ line: 1, column: 3 }]);
    expect(await registered()).toEqual(before);
  });

  it.each([
    ['none', []],
    ['too many', new Array(101).fill('{ viewer { __typename } }')],
    ['a blank one', [' ']],
    ['one that is too long', [`{ viewer { __typename } } #${'x'.repeat(50_000)}`]],
    ['one with a key in it', [`{ viewer { __typename } } # fieldpass_live_${'a'.repeat(12)}_${'b'.repeat(38)}`]],
    [
      'one with a key without its checksum',
      [`{ country(code: "fieldpass_live_${'a'.repeat(12)}_${'b'.repeat(32)}") { name } }`],
    ],
    [
      'one with a key whose end is cut off',
      [`{ viewer { __typename } } # fieldpass_live_${'a'.repeat(12)}_${'b'.repeat(20)}`],
    ],
    [
      'one with an escaped key',
      [`{ country(code: "\\u0066ieldpass_live_${'a'.repeat(12)}_${'b'.repeat(38)}") { name } }`],
    ],
    [
      'one with a key in an argument',
      [`{ country(code: "field\\u{70}ass_live_${'a'.repeat(12)}_${'b'.repeat(38)}") { name } }`],
    ],
  ])('refuses %s', async (_, documents) => {
    const before = await registered();
    expect((await send(documents)).codes).toEqual(['BAD_USER_INPUT']);
    expect(await registered()).toEqual(before);
  });

  it('needs a key of all applications', async () => {
    const own = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['*'] });
    expect((await send(['query Own { viewer { __typename } }'], own.key)).codes).toEqual(['PRIVILEGE_ESCALATION']);
    expect(await registered()).not.toContain('query Own { viewer { __typename } }');
  });

  it('knows of the protected API what the calling key can grant', async () => {
    const narrow = await test.createKey(['*'], {
      type: 'MANAGEMENT',
      applicationScope: 'ALL',
      grantable: ['read:Query.country', 'read:Country.code', 'read:Country.name'],
    });
    expect((await send(['{ country(code: "CH") { name } }'], narrow.key)).codes).toEqual([]);
    const { body } = await send(['{ country(code: "CH") { capital } }'], narrow.key);
    const unknown = await send(['{ country(code: "CH") { capitel } }'], narrow.key);
    const told = JSON.stringify(body.errors[0].extensions.problems);
    expect(told).toBe(JSON.stringify(unknown.body.errors[0].extensions.problems).replaceAll('capitel', 'capital'));
  });

  it('takes its verb, and the text that of a document', async () => {
    const without = await test.createKey(['write:Mutation.registerDocuments'], {
      type: 'MANAGEMENT',
      applicationScope: 'ALL',
    });
    const { body } = await send(['{ viewer { __typename } }'], without.key);
    const required = body.errors.flatMap((error: { extensions: { required: string[] } }) => error.extensions.required);
    expect(required).toContain('write:Document.text');
  });
});

describe('documents', () => {
  it('are listed page by page in their order', async () => {
    const total = (await registered()).length;
    const query = `query ($after: String) {
      documents(first: 1, after: $after) { totalCount nodes { documentId text } pageInfo { hasNextPage endCursor } }
    }`;
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const answer: GraphqlAnswer = await test.management(test.adminKey, query, { after });
      const { documents } = answer.body.data;
      expect(documents.totalCount).toBe(total);
      for (const { documentId, text } of documents.nodes) {
        expect(documentId).toBe(idOf(text));
        seen.push(text);
      }
      after = documents.pageInfo.endCursor;
      more = documents.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(await registered());
  });
});
