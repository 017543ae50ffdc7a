/** Numbers that JSON can write and JavaScript cannot hold are sent as the text behind the mark. */
const raw = 'raw number ';

/** JSON text in which such numbers stand as numbers. */
export function withRawNumbers(json: string): string {
  return json.replaceAll(new RegExp(`"${raw}([^"]+)"`, 'g'), '$1');
}

/** What no string of a client may hold. */
export const noCharacters = new Set(['NUL', 'half a surrogate pair']);
/** By a name for messages. */
export const hostileTexts: readonly (readonly [string, unknown])[] = [
  ['NUL', 'a\u0000b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['__proto__', '__proto__'],
  ['very long', 'long '.repeat(4000)],
  ['SQL and wildcards of LIKE', `%_'; DROP TABLE api_key; -- " \\`],
  ['nothing', ''],
  ['a line and a bell', 'a\r\nb\u0007'],
];

export const hostileNumbers: readonly unknown[] = [`${raw}1e309`, 2 ** 31, Number.MAX_VALUE, -1, 0.5, 'NaN', true];

/** Limits of a key that nothing of this reaches. */
export const plentiful = {
  maximumAvailable: 1e6,
  restoreRate: 1e6,
  maximumCost: 100_000,
  requests: { max: 1e6, window: 'PT1M' },
};
