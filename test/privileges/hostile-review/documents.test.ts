import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectRefused, expectServed, list, openStage, type Reviewed, type Stage, surfaces } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

describe.each(surfaces)('documents on $path', (surface) => {
  const { type, secret, name } = surface;
  const rule = `read:${type}.${secret}`;
  let own: Reviewed;
  beforeAll(() => {
    own = stage.of[name];
  });
  const ask = (query: string, variables?: object, operationName?: string) =>
    own.ask(own.weak, query, variables, operationName === undefined ? {} : { operationName });
  const refused = async (query: string, variables?: object, operationName?: string) =>
    expectRefused(await ask(query, variables, operationName), rule);
  const served = async (query: string, variables?: object, operationName?: string) => {
    const answer = await ask(query, variables, operationName);
    expectServed(answer);
    return answer.body.data;
  };

  it('T09 one document is judged for each key alone, whichever warmed the caches', async () => {
    for (const keys of [
      [own.strong, own.weak, own.strong],
      [own.weak, own.strong, own.weak],
    ]) {
      // A text of its own for each order: no cache is warm.
      const query = `{ ${list(surface, `id ${secret}`)} } # ${keys.indexOf(own.weak)}`;
      for (const key of keys) {
        const answer = await own.ask(key, query);
        if (key === own.strong) expectServed(answer);
        else expectRefused(answer, rule);
      }
    }
  });

  it('T11 white space, commas, comments and the name of the operation change no verdict', async () => {
    const spellings = (field: string): readonly (readonly [string, string?])[] => [
      [`{ ${list(surface, field)} }`],
      [`{\n\t${list(surface, `,,${field},`)}\r\n}`],
      [`# ${secret}\n{ ${list(surface, `${field} # ${secret}\n`)} }`],
      [`\uFEFFquery { ${list(surface, field)} }`],
      [`query One { ${list(surface, field)} }`, 'One'],
      [`query Other { ${list(surface, field)} }`],
    ];
    for (const [query, operationName] of spellings(secret)) await refused(query, {}, operationName);
    for (const [query, operationName] of spellings('name')) await served(query, {}, operationName);
  });

  it('T12 of two operations the one that is selected is judged', async () => {
    const document = `query Good { ${list(surface, 'name')} } query Bad { ${list(surface, secret)} }`;
    await served(document, {}, 'Good');
    await refused(document, {}, 'Bad');
    for (const operationName of [undefined, 'Neither', '']) {
      const { status, codes, body } = await ask(document, {}, operationName);
      expect([status, codes, 'data' in body]).toEqual([400, ['OPERATION_RESOLUTION_FAILURE'], false]);
    }
    // Both verdicts again, now that the document is known.
    await refused(document, {}, 'Bad');
    await served(document, {}, 'Good');
  });

  /** T14 puts on a spread what T13 puts on the field. */
  describe.each([
    ['T13 a condition on a field', (when: string) => `${secret} ${when}`, ''],
    ['T14 a condition on a spread', (when: string) => `...F ${when}`, `fragment F on ${type} { ${secret} }`],
    ['T14 a condition on an inline fragment', (when: string) => `... ${when} { ${secret} }`, ''],
  ])('%s', (_, selected, fragment) => {
    const query = (when: string, definitions = '') =>
      `query ${definitions} { ${list(surface, `name ${selected(when)}`)} } ${fragment}`;

    it('counts as execution counts it, when it is literal', async () => {
      for (const when of ['@include(if: false)', '@skip(if: true)', '@skip(if: false) @include(if: false)']) {
        const data = await served(query(when));
        expect(data[surface.root].nodes).toEqual([{ name: expect.any(String) }]);
      }
      for (const when of ['@include(if: true)', '@skip(if: false)']) await refused(query(when));
    });

    it('counts with the values that execution has, when it is a variable', async () => {
      await refused(query('@include(if: $v)', '($v: Boolean!)'), { v: true });
      await served(query('@include(if: $v)', '($v: Boolean!)'), { v: false });
      await refused(query('@include(if: $v)', '($v: Boolean! = true)'));
      await refused(query('@include(if: $v)', '($v: Boolean = true)'), {});
      await served(query('@include(if: $v)', '($v: Boolean! = true)'), { v: false });
      await served(query('@skip(if: $v)', '($v: Boolean! = true)'));
      await refused(query('@skip(if: $v)', '($v: Boolean! = true)'), { v: false });
    });

    it('is an error when its variable has no value, and shows nothing', async () => {
      for (const [definition, v] of [
        ['($v: Boolean!)', undefined],
        ['($v: Boolean!)', null],
        ['($v: Boolean! = false)', null],
        // Valid by the letter of the specification, though a condition cannot be null.
        ['($v: Boolean = false)', null],
      ] as const) {
        for (const when of ['@include(if: $v)', '@skip(if: $v)']) {
          const { status, codes, body } = await ask(query(when, definition), { v });
          expect([status, codes, 'data' in body], `${definition} ${when}`).toEqual([400, ['BAD_USER_INPUT'], false]);
        }
      }
    });
  });

  it('T15 __typename is free at the root, in objects and behind interfaces', async () => {
    const query = `query ($id: ID!) { __typename ${list(surface, '__typename kind: __typename')}
      node(id: $id) { __typename ... on ${type} { inner: __typename } } }`;
    expect(await served(query, { id: own.objectId })).toEqual({
      __typename: 'Query',
      [surface.root]: { nodes: [{ __typename: type, kind: type }] },
      node: { __typename: type, inner: type },
    });
  });

  describe('T37 a document that is made to be expensive ends soon, in a verdict or a limit', () => {
    // Without its limits, this would not end at all.
    it('2^30 paths through fragments', async () => {
      const fragments = Array.from({ length: 30 }, (_, n) => {
        const next = n < 29 ? `...F${n + 1} ...F${n + 1}` : secret;
        return `fragment F${n} on ${type} { ${next} }`;
      });
      await refused(`{ ${list(surface, '...F0')} } ${fragments.join(' ')}`);
    });

    it('10,000 aliases, and as many as the tokens allow', async () => {
      const aliases = (count: number, field: string = secret) =>
        Array.from({ length: count }, (_, n) => `a${n}:${field}`).join(' ');
      const { status, codes } = await ask(`{ ${list(surface, aliases(10_000, 'id'))} }`);
      expect([status, codes]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
      // One error: all of them are one coordinate.
      await refused(`{ ${list(surface, aliases(800))} }`);
    });

    it('a depth of 1,000', async () => {
      const deep = (depth: number) => `{ ${list(surface, `${'... { '.repeat(depth)}${secret}${' }'.repeat(depth)}`)} }`;
      await refused(deep(100));
      const { status, codes } = await ask(deep(1000));
      expect([status, codes]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
      const nested = `{ node(id: "x") ${'{ ... on Node '.repeat(400)}{ id }${' }'.repeat(400)} }`;
      expect((await ask(nested)).status).toBeLessThan(500);
    });
  });
});
