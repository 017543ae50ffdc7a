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
  ['constructor', 'constructor'],
  ['very long', 'long '.repeat(15_000)],
  ['SQL', `'; DROP TABLE api_key; -- " \\`],
  ['wildcards of LIKE', '%_\\%'],
  ['nothing', ''],
  ['a line and a bell', 'a\r\nb\u0007'],
  ['right to left', '\u202eabc'],
];

export const hostileNumbers: readonly unknown[] = [
  `${raw}1e309`,
  `${raw}-1e309`,
  2 ** 31,
  -(2 ** 31) - 1,
  Number.MAX_VALUE,
  -1,
  0,
  0.5,
  'NaN',
  '1',
  true,
];

/** Limits of a key that nothing of this reaches. */
export const plentiful = {
  maximumAvailable: 1e6,
  restoreRate: 1e6,
  maximumCost: 100_000,
  requests: { max: 1e6, window: 'PT1M' },
};
