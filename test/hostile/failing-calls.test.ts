import { expect, it } from 'vitest';
import { openTestApp } from '../support/test-app.ts';

it('pays for calls that fail, as for one row of what they would have answered', async () => {
  const test = await openTestApp({ places: true });
  try {
    const { key } = await test.createKey(['read:*']);
    const calls = Array.from({ length: 60 }, (_, index) => `a${index}: cities(first: 1, after: $v) { nodes { name } }`);
    const { body } = await test.graphql(key, `query ($v: String) { ${calls.join(' ')} }`, { v: 'A'.repeat(4000) });
    expect(body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(body.extensions?.cost).toMatchObject({ requestedQueryCost: 120, actualQueryCost: 60 });
  } finally {
    await test.close();
  }
});
