import { buildSchema, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateDocument } from '../../../src/pipeline/document/validate-document.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

const schema = buildSchema(`
  type Query { a: Int }
  interface Ticks { tick: Int }
  type Subscription implements Ticks { tick: Int tock: Int }`);

describe('the root of a subscription', () => {
  it.each([
    ['one field', 'subscription { tick }', []],
    ['one field twice', 'subscription { tick ...F } fragment F on Subscription { tick }', []],
    ['what is below it is free', 'query ($x: Boolean!) { a @include(if: $x) }', []],
    ['two fields', 'subscription { tick tock }', ['Anonymous Subscription must select only one top level field.']],
    [
      'two fields by fragments',
      'subscription S { ...F ... on Ticks { a: tick } } fragment F on Subscription { tock }',
      ['Subscription "S" must select only one top level field.'],
    ],
    [
      'a field of the schema itself',
      'subscription { __typename }',
      ['Anonymous Subscription must not select an introspection top level field.'],
    ],
    [
      'a condition of a variable',
      'subscription ($x: Boolean!) { tick @include(if: $x) }',
      ['Anonymous Subscription must not use `@skip` or `@include` in its top level selection.'],
    ],
    [
      'a condition of a literal',
      'subscription S { tick @skip(if: false) }',
      ['Subscription "S" must not use `@skip` or `@include` in its top level selection.'],
    ],
    [
      'a condition of a fragment',
      'subscription ($x: Boolean!) { ...F @skip(if: $x) } fragment F on Subscription { tick }',
      ['Anonymous Subscription must not use `@skip` or `@include` in its top level selection.'],
    ],
    [
      'a condition within a fragment',
      'subscription ($x: Boolean!) { ...F } fragment F on Subscription { ... { tick @include(if: $x) } }',
      ['Anonymous Subscription must not use `@skip` or `@include` in its top level selection.'],
    ],
  ])('%s', (_, source, messages) => {
    expect(validateDocument(schema, parse(source)).map(({ message }) => message)).toEqual(messages);
  });

  it('may stand in a circle of fragments, of which another rule speaks', () => {
    const source = 'subscription { ...F } fragment F on Subscription { tick ...F }';
    expect(validateDocument(schema, parse(source)).map(({ message }) => message)).toEqual([
      'Cannot spread fragment "F" within itself.',
    ]);
  });
});

describe('a subscription that a variable includes or not', () => {
  const query = 'subscription ($x: Boolean!) { cityChanged @include(if: $x) { __typename } }';
  let test: TestApp;
  beforeAll(async () => {
    test = await openTestApp();
  });
  afterAll(() => test.close());

  it.each(['REJECT', 'NULL', 'HIDE'])('does not fit any schema, and says so: onDenied %s', async (onDenied) => {
    for (const rules of [['*'], ['read:Subscription', 'read:CityChange', 'read:City.name']]) {
      const { key } = await test.createKey(rules, { onDenied });
      const { status, codes, body } = await test.graphql(key, query, { x: true });
      expect([status, codes, 'data' in body]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED'], false]);
      const older = await test.graphql(key, query, { x: true }, { headers: { Accept: 'application/json' } });
      expect([older.status, older.codes]).toEqual([200, ['GRAPHQL_VALIDATION_FAILED']]);
    }
  });

  it('is told to whoever asks what it needs, what would become of it, or to keep it', async () => {
    const { id } = await test.createKey(['*']);
    const required = await test.management(
      test.adminKey,
      'query ($q: String!) { requiredPrivileges(document: $q) { rule } }',
      { q: query },
    );
    expect(required.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    const explained = await test.management(
      test.adminKey,
      `query ($q: String!, $id: ID!) { explainRequest(input: { apiKeyId: $id, document: $q, variables: { x: true } }) { steps { step outcome code } } }`,
      { q: query, id },
    );
    const step = explained.body.data?.explainRequest.steps.find(({ step }: { step: string }) => step === 'DOCUMENT');
    expect(step, JSON.stringify(explained.body)).toMatchObject({
      outcome: 'REFUSED',
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
    const registered = await test.management(
      test.adminKey,
      'mutation ($q: String!) { registerDocuments(input: { documents: [$q] }) { __typename } }',
      { q: query },
    );
    expect(registered.status).toBe(200);
    expect(registered.body.errors[0].message).toContain('must not use `@skip` or `@include`');
  });
});
