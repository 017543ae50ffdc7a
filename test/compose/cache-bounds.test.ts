import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cacheBounds } from '../../src/compose/cache-bounds.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(`src/${path}`, 'utf8') }));
const listed = sources.find(({ path }) => path === 'compose/cache-bounds.ts')?.text ?? '';

it('every cache has a bound in bytes that stands in the list', () => {
  for (const { path, text } of sources) {
    if (path.startsWith('kernel/') || path.startsWith('compose/')) continue;
    expect(text, path).not.toContain('lru-cache');
    if (!text.includes('kernel/bounded-cache')) continue;
    for (const [, name = ''] of text.matchAll(/export const (\w+Bounds?)\b/g)) {
      expect(listed, `${path} has ${name}`).toContain(name);
    }
    if (
      /\b(boundedCache|weighedCache|createHourlyStates|forgetfulMap)</.test(text) &&
      path !== 'throttle/stores/forgetful-map.ts'
    )
      expect(/export const \w+Bounds?\b/.test(text) || path.endsWith('hourly-states.ts'), path).toBe(true);
  }
  const total = cacheBounds.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  expect(Number.isFinite(total)).toBe(true);
});
