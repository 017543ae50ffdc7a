import { afterEach, describe, expect, it } from 'vitest';
import { type ChangeHints, createRedisHints } from '../../../src/keys/invalidation/change-hints.ts';
import type { KeyChange } from '../../../src/keys/invalidation/key-change.ts';

const url = process.env['TEST_REDIS_URL'];
const change: KeyChange = { epoch: 7, keys: ['abcdefghijkl'], applications: ['a'] };

const opened: ChangeHints[] = [];
afterEach(() => {
  for (const hints of opened.splice(0)) hints.close();
});

function open(of: string, errors: Error[] = []): ChangeHints {
  const hints = createRedisHints(of, (error) => errors.push(error));
  opened.push(hints);
  return hints;
}

describe.skipIf(url === undefined)('hints through Redis (needs TEST_REDIS_URL)', () => {
  it('reach every instance', async () => {
    const [first, second] = [open(url ?? ''), open(url ?? '')];
    const heard: KeyChange[][] = [[], []];
    await Promise.all([first, second].map((hints, index) => hints.listen((told) => heard[index]?.push(told))));
    first.tell(change);
    await expect.poll(() => heard.map((list) => list.filter(({ epoch }) => epoch === 7).length)).toEqual([1, 1]);
    expect(heard[1]).toContainEqual(change);
  });
});

describe('hints through a Redis that is not there', () => {
  it('hold up nobody, and fail for nobody', async () => {
    const errors: Error[] = [];
    const hints = open('redis://127.0.0.1:1', errors);
    hints.tell(change);
    await hints.listen(() => {});
    expect(errors.length).toBeGreaterThan(0);
  });
});
