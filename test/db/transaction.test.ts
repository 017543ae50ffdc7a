import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { DatabaseError, isUnavailable } from '../../src/db/database-error.ts';
import type { Send } from '../../src/db/queries-over.ts';
import { runTransaction } from '../../src/db/transaction.ts';
import { DeadlineExceeded } from '../../src/kernel/deadline.ts';
import { openTestDatabase } from '../support/test-database.ts';

function refusal(code: string): DatabaseError {
  return new DatabaseError({ message: 'refused', code, severity: 'ERROR' });
}

/** Answers each statement with nothing, and refuses those for which `refuse` has a state. */
function scripted(refuse: (text: string, earlier: readonly string[]) => string | undefined) {
  const sent: string[] = [];
  const send: Send = async (text) => {
    const state = refuse(text, sent);
    sent.push(text);
    if (state !== undefined) throw refusal(state);
    return [];
  };
  return { sent, send };
}

const times = (sent: readonly string[], text: string): number => sent.filter((one) => one === text).length;

describe('a transaction that the server gives up for another', () => {
  it.each(['40001', '40P01'])('with %s at a statement is run again, whole', async (state) => {
    const { sent, send } = scripted((text, earlier) =>
      text === 'SELECT 2' && !earlier.includes('SELECT 2') ? state : undefined,
    );
    let runs = 0;
    const value = await runTransaction(send, 1000, async (queries) => {
      await queries.execute(sql`SELECT 1`);
      await queries.execute(sql`SELECT 2`);
      return ++runs;
    });
    expect(value).toBe(1);
    expect(sent).toEqual(['BEGIN', 'SELECT 1', 'SELECT 2', 'ROLLBACK', 'BEGIN', 'SELECT 1', 'SELECT 2', 'COMMIT']);
  });

  it('at its COMMIT is run again', async () => {
    const { sent, send } = scripted((text, earlier) =>
      text === 'COMMIT' && !earlier.includes('COMMIT') ? '40001' : undefined,
    );
    expect(await runTransaction(send, 1000, async () => 'done')).toBe('done');
    expect(times(sent, 'BEGIN')).toBe(2);
  });

  it.each([
    ['swallowed the error', () => 'swallowed'],
    [
      'made another error of it',
      () => {
        throw new TypeError('of its own');
      },
    ],
  ])('is run again when the work %s', async (_, handle) => {
    const { sent, send } = scripted((text, earlier) =>
      text === 'SELECT 1' && !earlier.includes('SELECT 1') ? '40P01' : undefined,
    );
    await runTransaction(send, 1000, async (queries) => {
      await queries.execute(sql`SELECT 1`).then(undefined, handle);
    });
    expect(times(sent, 'COMMIT')).toBe(1);
  });

  it('again and again is given up in the end, as unavailable', async () => {
    const { sent, send } = scripted((text) => (text === 'SELECT 1' ? '40P01' : undefined));
    const failing = runTransaction(send, 1000, (queries) => queries.execute(sql`SELECT 1`) as unknown as Promise<void>);
    const error = await failing.catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
    expect(times(sent, 'BEGIN')).toBe(4);
    expect(times(sent, 'ROLLBACK')).toBe(4);
  });
});

describe('a transaction that fails for another reason', () => {
  it.each(['23505', '55P03', '57014', '25006'])('with %s is not run again', async (state) => {
    const { sent, send } = scripted((text) => (text === 'SELECT 1' ? state : undefined));
    const failing = runTransaction(send, 1000, (queries) => queries.execute(sql`SELECT 1`) as unknown as Promise<void>);
    await expect(failing).rejects.toMatchObject({ sqlState: state });
    expect(times(sent, 'BEGIN')).toBe(1);
  });

  it('by the work itself, or by its deadline, is not run again', async () => {
    const { sent, send } = scripted(() => undefined);
    const failing = runTransaction(send, 1000, async () => {
      throw new TypeError('no');
    });
    await expect(failing).rejects.toThrow(TypeError);
    await expect(runTransaction(send, 1, () => new Promise(() => {}))).rejects.toThrow(DeadlineExceeded);
    expect(times(sent, 'BEGIN')).toBe(2);
  });
});

/** Needs TEST_DATABASE_URL: the embedded engine has one session, which nobody else is in the way of. */
describe.skipIf(process.env['TEST_DATABASE_URL'] === undefined)('two transactions that wait for each other', () => {
  it('both commit', async () => {
    const database = await openTestDatabase();
    await database.rows(sql`INSERT INTO instance_setting VALUES ('a', '0', now()), ('b', '0', now())`);
    let arrived = 0;
    let bothThere = (): void => {};
    const both = new Promise<void>((resolve) => {
      bothThere = resolve;
    });
    const add = (first: string, second: string) =>
      database.transaction(async (queries) => {
        const raise = (name: string) =>
          queries.execute(
            sql`UPDATE instance_setting SET value = to_jsonb((value #>> '{}')::int + 1) WHERE name = ${name}`,
          );
        await raise(first);
        if (++arrived === 2) bothThere();
        await both;
        await raise(second);
      });
    await Promise.all([add('a', 'b'), add('b', 'a')]);
    // At least one of them was run again; it may be in the way once more before the other goes on.
    expect(arrived).toBeGreaterThanOrEqual(3);
    expect(await database.rows(sql`SELECT value FROM instance_setting WHERE name IN ('a', 'b')`)).toEqual([
      { value: 2 },
      { value: 2 },
    ]);
    await database.close();
  });
});
