import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface } from '../../support/test-surface.ts';

const sdl = (type: string) =>
  `type Query { a: Int } type Mutation { wait: ${type} act(n: Int): Done make: Made! }
  type Done { n: Int } type Made { n: Int! key: String! wait: Int! }`;

/** A mutation whose first field takes longer than it may, and ends when `release` is called. */
function setUp(type: string) {
  const schema = declare(buildSchema(sdl(type)), {
    undeclaredArguments: 'NEUTRAL',
    mutations: { wait: ['update'], act: ['update'], make: ['write'] },
  });
  const ran: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  Object.assign(schema.getMutationType()?.getFields()['wait'] ?? {}, {
    resolve: async () => {
      ran.push('wait');
      await held;
      return { n: 1 };
    },
  });
  Object.assign(schema.getMutationType()?.getFields()['act'] ?? {}, { resolve: () => void ran.push('act') });
  Object.assign(schema.getMutationType()?.getFields()['make'] ?? {}, {
    resolve: () => {
      ran.push('make');
      return { n: 1, key: `key ${ran.length}`, wait: () => held.then(() => 1) };
    },
  });
  const surface = openTestSurface(schema, { services: { executionTimeoutMs: 20 }, onceShown: ['key'] });
  return { surface, ran, release: () => release() };
}

describe('a mutation of which was said that it took too long', () => {
  it.each(['Done', 'Done!'])('begins no further field: after one of type %s', async (type) => {
    const { surface, ran, release } = setUp(type);
    const { status, codes } = await surface.post({ query: 'mutation { wait { n } act(n: 1) { n } again: act { n } }' });
    expect([status, codes]).toEqual([504, ['EXECUTION_TIMEOUT']]);
    release();
    await expect.poll(() => surface.throttle.settled.length).toBe(1);
    expect(ran).toEqual(['wait']);
  });

  it('has the text that can be read only once, of every field that made one', async () => {
    const { surface, ran, release } = setUp('Done!');
    const query = 'mutation { before: act { n } a: make { n text: key } b: make { key wait } c: make { key } }';
    const { status, body } = await surface.post({ query });
    expect(status).toBe(200);
    expect(body.data).toEqual({ before: null, a: { text: 'key 2', n: null }, b: { key: 'key 3', wait: null } });
    expect(Object.keys(body.data.a)).toEqual(['text', 'n']);
    const extensions = { code: 'EXECUTION_TIMEOUT', executed: true };
    const message = expect.stringMatching(/^The operation took longer than 0.02 s\. .* This field had begun: /);
    expect(body.errors).toMatchObject(['before', 'a', 'b'].map((key) => ({ path: [key], message, extensions })));
    release();
    await expect.poll(() => surface.throttle.settled.length).toBe(1);
    expect(ran).toEqual(['act', 'make', 'make']);
  });
});
