import fc from 'fast-check';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createCounter } from '../../../src/kernel/counter.ts';
import type { DeclarationConfig } from '../../../src/plan/declarations.ts';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface, type TestSurfaceOptions } from '../../support/test-surface.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 100);
const point = 1_000_000;
type OfKey = NonNullable<TestSurfaceOptions['key']>;

interface Served {
  readonly rows: unknown;
  readonly declaration?: Partial<DeclarationConfig>;
  readonly options?: TestSurfaceOptions;
}

/** A schema with lists of every kind; `rows` is what each of them returns. Each row has lists that nothing bounds. */
function open({ rows, declaration = {}, options = {} }: Served) {
  const schema = declare(
    buildSchema(`
      type Query { rows: [Row!] strict: Strict page(first: Int): RowConnection sized(first: Int!): [Row] grid: [[Row]] secret: String assumedPage: Page row: Row }
      type Strict { rows: [Row!]! }
      type Row { name: String secret: String rows: [Row!] }
      type RowConnection { nodes: [Row!] edges: [RowEdge!] pageInfo: PageInfo! }
      type RowEdge { node: Row cursor: String! }
      type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
      type Page { entries: [Row!] }
      type Subscription { tick: Tick }
      type Tick { rows: [Row!] }
    `),
    {
      undeclaredArguments: 'NEUTRAL',
      defaultAssumedSize: 3,
      ...declaration,
      fields: { 'Query.sized': { cost: { listSize: { slicingArguments: ['first'] } } }, ...declaration.fields },
    },
  );
  const set = (type: string, field: string, resolve: () => unknown) => {
    Object.assign((schema.getType(type) as GraphQLObjectType).getFields()[field] ?? {}, { resolve });
  };
  const made = () => (typeof rows === 'function' ? rows() : rows);
  for (const field of ['rows', 'sized', 'grid']) set('Query', field, made);
  set('Query', 'strict', () => ({}));
  set('Query', 'row', () => ({ name: 'one' }));
  set('Strict', 'rows', made);
  set('Query', 'page', () => ({ nodes: made() }));
  set('Query', 'assumedPage', () => ({ entries: made() }));
  set('Query', 'secret', () => 'secret');
  const listTruncations = createCounter();
  const surface = openTestSurface(schema, { listTruncations, ...options });
  const ask = async (query: string) => {
    surface.throttle.forget();
    const answer = await surface.post({ query });
    const [settled] = surface.throttle.settled;
    return { ...answer, settled, cost: answer.body.extensions?.cost };
  };
  return { ...surface, listTruncations, ask };
}

const rowsOf = (count: number, row: object = { name: 'r' }) => Array.from({ length: count }, () => row);
const limits = (maximumCost: number, maximumAvailable = 1000) => ({
  key: { throttle: { maximumCost, maximumAvailable, restoreRate: 1 } } as OfKey,
});

describe('a list longer than was declared', () => {
  const declared = {
    'Query.rows': { cost: { listSize: { assumedSize: 2 } } },
    'Strict.rows': { cost: { listSize: { assumedSize: 2 } } },
  };

  it.each([
    ['with a size of its own', '{ rows { name } row { name } }', ['rows'], 2],
    ['with a slicing argument', '{ sized(first: 4) { name } row { name } }', ['sized'], 4],
    ['on a page', '{ page(first: 1) { nodes { name } } row { name } }', ['page', 'nodes'], 1],
    ['on the default page', '{ page { nodes { name } } row { name } }', ['page', 'nodes'], 20],
    ['under an alias', '{ a: rows { name } row { name } }', ['a'], 2],
  ])('is LIST_TOO_LONG: %s', async (_, query, path, bound) => {
    const { ask, listTruncations, violations, log } = open({ rows: rowsOf(21), declaration: { fields: declared } });
    const { status, body, settled, cost } = await ask(query);
    expect(status).toBe(200);
    expect(body.errors).toEqual([
      {
        message: expect.stringContaining(`longer than ${bound}`),
        path,
        locations: [{ line: 1, column: expect.any(Number) }],
        extensions: { code: 'LIST_TOO_LONG', bound },
      },
    ]);
    const answered = path.reduce((value, name) => value[name], body.data);
    expect(answered).toBeNull();
    expect(body.data.row).toEqual({ name: 'one' });
    expect([listTruncations.count, violations()]).toEqual([1, 0]);
    expect(log.join('')).toContain('longer than its bound');
    expect(cost.actualQueryCost).toBeLessThanOrEqual(cost.requestedQueryCost);
    expect(settled?.actual).toBe(cost.actualQueryCost * point);
  });

  it.each(['REJECT', 'NULL', 'HIDE'] as const)('stays what it is for a key of mode %s', async (onDenied) => {
    const privileges = ['read:Query', '!read:Query.secret', 'read:Row', '!read:Row.secret', 'read:Strict'];
    const { ask } = open({
      rows: rowsOf(5),
      declaration: { fields: declared },
      options: { key: { onDenied, privileges } as OfKey },
    });
    const denied = onDenied === 'NULL' ? ' secret' : '';
    const { status, body, codes } = await ask(`{ rows { name${denied} } strict { rows { name${denied} } }${denied} }`);
    expect(status).toBe(200);
    expect(body.data).toEqual({ rows: null, strict: null, ...(denied && { secret: null }) });
    const tooLong = body.errors.filter(
      (error: { extensions: { code: string } }) => error.extensions.code === 'LIST_TOO_LONG',
    );
    expect(tooLong.map(({ path, extensions }: { path: unknown; extensions: unknown }) => [path, extensions])).toEqual([
      [['rows'], { code: 'LIST_TOO_LONG', bound: 2 }],
      [['strict', 'rows'], { code: 'LIST_TOO_LONG', bound: 2 }],
    ]);
    expect(new Set(codes)).toEqual(new Set(['LIST_TOO_LONG', ...(denied ? ['UNAUTHORIZED_FIELD_OR_TYPE'] : [])]));
  });

  it.each([
    ['assumed, where the configuration says so', '{ rows { name } }', ['rows']],
    ['assumed of nested lists', '{ grid { name } }', ['grid']],
  ])('is LIST_TOO_LONG: %s', async (_, query, path) => {
    const rows = path[0] === 'grid' ? [rowsOf(2), Promise.resolve(rowsOf(2))] : rowsOf(4);
    const { ask } = open({ rows: () => rows, declaration: { whenLonger: 'ERROR' } });
    const { body } = await ask(query);
    expect(body.errors).toMatchObject([{ path, extensions: { code: 'LIST_TOO_LONG', bound: 3 } }]);
  });
});

describe('a list longer than was assumed', () => {
  it.each([
    ['an array', () => rowsOf(5)],
    ['one that comes late', () => Promise.resolve(rowsOf(5))],
    ['items that come late', () => rowsOf(5).map((row) => Promise.resolve(row))],
    ['an iterable', () => new Set(Array.from({ length: 5 }, (_, index) => ({ name: `${index}` })))],
  ])('is served, and charged: %s', async (_, rows) => {
    const { ask, throttle, listTruncations, violations, log } = open({ rows, options: limits(500) });
    const { body, settled, cost } = await ask('{ rows { name } }');
    expect(body.errors).toBeUndefined();
    expect(body.data.rows).toHaveLength(5);
    expect(cost).toMatchObject({
      requestedQueryCost: 3,
      actualQueryCost: 5,
      throttleStatus: { currentlyAvailable: 995 },
    });
    expect(settled).toMatchObject({ reserved: 3 * point, actual: 5 * point });
    expect([listTruncations.count, violations()]).toEqual([0, 0]);
    expect(log.join('')).not.toContain('"level":50');
    expect(await throttle.peek(bucketsOf(throttle))).toEqual([{ available: 995 * point, inFlight: 0 }]);
  });

  it('also in lists of lists', async () => {
    const { ask } = open({ rows: () => [rowsOf(2), Promise.resolve(rowsOf(3)), null], options: limits(500) });
    const { body, cost } = await ask('{ grid { name } }');
    expect(body.data.grid).toMatchObject([{ length: 2 }, { length: 3 }, null]);
    expect(cost).toMatchObject({ requestedQueryCost: 3, actualQueryCost: 5 });
  });

  it('stops where the operation has cost all that it may, with an error of the field', async () => {
    let read = 0;
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield { name: `${read++}` };
      },
    };
    const { ask, throttle } = open({ rows: endless, options: limits(50) });
    const { status, body, cost, settled } = await ask('{ rows { name } again: rows { name } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ rows: null, again: null });
    expect(body.errors.map(({ path }: { path: unknown }) => path)).toEqual([['rows'], ['again']]);
    for (const { extensions, locations } of body.errors) {
      expect(extensions).toMatchObject({ code: 'COST_LIMIT_EXCEEDED', requestedQueryCost: 6, maximumCost: 50 });
      expect(extensions.topFields.length).toBeGreaterThan(0);
      expect(locations).toHaveLength(1);
    }
    expect(read).toBe(51);
    expect(cost.actualQueryCost).toBe(50);
    expect(settled?.actual).toBe(50 * point);
    expect((await throttle.peek(bucketsOf(throttle)))[0]?.available).toBe(950 * point);
  });

  it('is a debt that later operations wait for, of the key and not of its application', async () => {
    const { ask, throttle, clock } = open({
      rows: rowsOf(90),
      options: {
        key: {
          throttle: { maximumCost: 100, maximumAvailable: 100, restoreRate: 1 },
          application: {
            id: 'a',
            plan: undefined,
            throttle: { maximumCost: 100, maximumAvailable: 100, restoreRate: 1 },
          },
        } as unknown as OfKey,
      },
    });
    expect((await ask('{ rows { name } }')).cost.throttleStatus.currentlyAvailable).toBe(10);
    const { cost } = await ask('{ rows { name } }');
    expect(cost).toMatchObject({ actualQueryCost: 90, throttleStatus: { currentlyAvailable: -80 } });
    const buckets = bucketsOf(throttle);
    expect((await throttle.peek(buckets)).map(({ available }) => available / point)).toEqual([-80, 0]);
    const refused = await ask('{ rows { name } }');
    expect([refused.status, refused.codes]).toEqual([429, ['THROTTLED']]);
    expect(refused.body.errors[0].extensions.retryAfterMs).toBe(83_000);
    expect(refused.settled).toBeUndefined();
    clock.advance(83_000);
    expect((await ask('{ rows { name } }')).status).toBe(200);
  });

  it('costs a key nothing whose throttle is only measured and has nothing left', async () => {
    const { ask, throttle } = open({
      rows: rowsOf(9),
      options: {
        key: {
          enforcement: { throttle: 'MEASURE' },
          throttle: { maximumCost: 2, maximumAvailable: 2, restoreRate: 1 },
        } as unknown as OfKey,
      },
    });
    const { body, settled } = await ask('{ rows { name } }');
    expect(body.errors?.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual([
      'COST_LIMIT_EXCEEDED',
    ]);
    expect(settled?.actual ?? 0).toBe(0);
    expect((await throttle.peek(bucketsOf(throttle)))[0]?.available ?? 2 * point).toBe(2 * point);
  });

  /** A row by the numbers of rows below it. */
  type Shape = readonly Shape[];
  const shape = fc.letrec<{ rows: Shape }>((tie) => ({
    rows: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('rows'), { maxLength: 7 }),
    ),
  })).rows;
  const weightOf = (rows: Shape, depth = 3): number =>
    depth === 0 ? 0 : rows.reduce((sum, row) => sum + 1 + weightOf(row, depth - 1), 0);
  const isLonger = (rows: Shape, depth = 3): boolean =>
    depth > 0 && (rows.length > 3 || rows.some((row) => isLonger(row, depth - 1)));
  const rowOf = (rows: Shape): object => ({ name: 'r', rows: rows.map(rowOf) });

  it('is charged exactly once, never lost and never twice, whatever comes back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ rows: shape, isLate: fc.boolean() }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 39, max: 120 }),
        async (operations, maximumCost) => {
          let next: { rows: Shape; isLate: boolean } = { rows: [], isLate: false };
          const { ask, throttle, violations } = open({
            rows: () => {
              const rows = next.rows.map(rowOf);
              return next.isLate ? rows.map((row) => Promise.resolve(row)) : rows;
            },
            options: limits(maximumCost),
          });
          let charged = 0;
          for (const operation of operations) {
            next = operation;
            const { body, cost, settled } = await ask('{ rows { name rows { name rows { name } } } }');
            const whole = Math.max(1, weightOf(operation.rows));
            expect(cost.requestedQueryCost).toBe(39);
            expect(cost.actualQueryCost).toBeLessThanOrEqual(maximumCost);
            if (whole <= maximumCost) {
              expect(body.errors).toBeUndefined();
              expect(cost.actualQueryCost).toBe(whole);
            } else {
              for (const { extensions } of body.errors) expect(extensions.code).toBe('COST_LIMIT_EXCEEDED');
            }
            if (!isLonger(operation.rows)) expect(cost.actualQueryCost).toBeLessThanOrEqual(39);
            expect(throttle.settled).toHaveLength(1);
            expect(settled).toMatchObject({ reserved: 39 * point, actual: cost.actualQueryCost * point });
            charged += cost.actualQueryCost;
            const [left] = await throttle.peek(bucketsOf(throttle));
            expect(left).toEqual({ available: (1000 - charged) * point, inFlight: 0 });
          }
          expect(violations()).toBe(0);
        },
      ),
      { numRuns },
    );
  });
});

/** Of the last operation. */
function bucketsOf({ reserved }: ReturnType<typeof openTestSurface>['throttle']) {
  return reserved.at(-1)?.buckets ?? [];
}
