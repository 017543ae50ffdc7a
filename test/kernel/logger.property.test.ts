import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/kernel/logger.ts';
import { decodeFully } from '../../src/keys/token/decode-fully.ts';
import { keyShapes } from '../../src/keys/token/looks-like-key.ts';
import { encoded, writtenKey } from '../support/written-keys.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 300);
const shapes = keyShapes('fieldpass', ['sk_live_', 'acme.']);
const lines: string[] = [];
const logger = createLogger('trace', { write: (line: string) => void lines.push(line) }, shapes.redact);
const bare = createLogger('trace', { write: (line: string) => void lines.push(line) });

/** The lines that a call makes. */
function logged(log: () => void): readonly string[] {
  lines.length = 0;
  log();
  return [...lines];
}

const around = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('%', '%5', '%2', '"', '\\', '\n', '{"', '\u0001', '😀'),
);
const choices = fc.array(fc.nat(4), { minLength: 1, maxLength: 40 });
/** A secret, and a text that carries it, in some spelling. */
const planted = fc.tuple(writtenKey, around, around, choices, fc.nat(2)).map(([key, before, after, chosen, rounds]) => {
  // What begins another format is its beginning only where no word goes on.
  const apart = key.startsWith('fieldpass') ? before : before.replace(/[0-9A-Za-z]+$/, '');
  return { key, text: `${apart}${encoded(key, chosen, rounds)}${after}` };
});

/** What somebody logs, with texts planted in it: `depth` says how deep, `name` under what. */
const places: readonly ((text: string, name: string) => void)[] = [
  (text) => logger.info(text),
  (text, name) => logger.warn({ [name]: text }, 'a text'),
  (text, name) => logger.error({ [text]: name }, 'a name'),
  (text, name) => logger.info({ deep: { [name]: [1, [text, { [text]: text }]], n: 12345678901234567890n } }, 'deep'),
  (text) => logger.error({ err: new Error(text, { cause: new TypeError(text) }) }, 'an error'),
  (text) => logger.error(Object.assign(new Error('odd'), { [text]: text, code: text })),
  (text) => logger.child({ [text]: text }).debug('of a child'),
  (text, name) => logger.info({ level: text, time: name, msg: text }, 'the frame'),
  (text) => logger.info('%s and %j', text, { text }),
  (text) => logger.info({ url: `/graphql?query=${encodeURIComponent(text)}&x=100%` }, 'a URL'),
  (text) => logger.info({ body: JSON.stringify({ text, [text]: 1 }) }, 'JSON in JSON'),
];

describe('a line of the log', () => {
  it('is one object of JSON without the key that stands anywhere in it, however it is encoded', () => {
    fc.assert(
      fc.property(planted, fc.string({ maxLength: 10 }), fc.nat(), ({ key, text }, name, place) => {
        const [line = '', ...others] = logged(() => places[place % places.length]?.(text, name));
        expect(others).toEqual([]);
        expect(line.endsWith('}\n')).toBe(true);
        const members = JSON.parse(line);
        expect(members).toMatchObject({ level: expect.anything(), time: expect.any(String), msg: expect.any(String) });
        expect(line).toMatch(/^\{"level":[1-6]0,"time":"\d{4}-\d\d-\d\dT[\d:.]+Z",/);
        expect(shapes.find(line)).toBeUndefined();
        expect(decodeFully(line).toLowerCase()).not.toContain(key.slice(-20).toLowerCase());
      }),
      { numRuns },
    );
  });

  it('keeps what stands beside a key: other members, their order, numbers as they are written', () => {
    const key = `fieldpass_live_${'A'.repeat(12)}_${'b'.repeat(38)}`;
    const hidden = [...key].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
    const log = { requestId: 'r1', n: 1.5, url: hidden, list: [`a "${key}" b`, null, true], last: '100% \n' };
    const [line = ''] = logged(() => logger.warn(log, 'told'));
    expect(line.replace(/"time":"[^"]*"/, '"time":"T"')).toBe(
      '{"level":40,"time":"T","requestId":"r1","n":1.5,"url":"redacted_key","list":["a \\"redacted_key\\" b",null,true],"last":"100% \\n","msg":"told"}\n',
    );
  });

  it('without one is as it was', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (text, value) => {
        const untimed = ([line = '']: readonly string[]) => line.replace(/"time":"[^"]*"/, '');
        const log = { text, value, url: `/graphql?a=${encodeURIComponent(text)}` };
        expect(untimed(logged(() => logger.info(log, text)))).toBe(untimed(logged(() => bare.info(log, text))));
      }),
      { numRuns },
    );
  });
});
