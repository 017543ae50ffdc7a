import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/**
 * A process of its own, with a heap of its own: a limiter that works, and then a look for instances of the stores that
 * come with graphql-rate-limit, which are neither atomic nor bounded. One that is made on purpose is found.
 */
const script = `
import { queryObjects } from 'node:v8';
import { InMemoryStore, RedisStore } from 'graphql-rate-limit';
import { createFieldLimits } from './src/throttle/field-limits/create-field-limits.ts';
import { createMemoryStore } from './src/throttle/stores/memory-store.ts';
import { systemClock } from './src/kernel/clock.ts';
const limits = createFieldLimits({ store: createMemoryStore({ clock: systemClock }) });
const check = limits.limit({ coordinate: 'Query.search', max: 2, windowMs: 60000, identityPaths: [] });
const outcomes = [];
for (let call = 0; call < 3; call++) {
  await check('key', {}, { fieldName: 'search' }).then(() => outcomes.push('PASSED'), () => outcomes.push('REFUSED'));
}
const inHeap = () => [InMemoryStore, RedisStore].map((store) => queryObjects(store, { format: 'count' }));
const working = inHeap();
const onPurpose = new InMemoryStore();
process.stdout.write(JSON.stringify({ outcomes, working, found: inHeap(), kept: typeof onPurpose }));
`;

test('no store of graphql-rate-limit is ever made', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '--import', 'tsx', '--input-type=module', '-e', script],
    {
      encoding: 'utf8',
      timeout: 25_000,
    },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    outcomes: ['PASSED', 'PASSED', 'REFUSED'],
    working: [0, 0],
    found: [1, 0],
    kept: 'object',
  });
});
