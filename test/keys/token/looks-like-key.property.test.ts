import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFully } from '../../../src/keys/token/decode-fully.ts';
import { formatToken, generateToken } from '../../../src/keys/token/key-token.ts';
import { keyShapes } from '../../../src/keys/token/looks-like-key.ts';
import { encoded, writtenKey as key } from '../../support/written-keys.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 300);
const shapes = keyShapes('fieldpass', ['sk_live_', 'acme.']);

const cased = fc.constantFrom(
  String,
  (text: string) => text.toUpperCase(),
  (text: string) => text.toLowerCase(),
);
const around = fc.stringMatching(/^[a-zA-Z0-9_/?&=.-]{0,10}$/);
const choices = fc.array(fc.nat(4), { minLength: 1, maxLength: 40 });

describe('a key in a text', () => {
  it('is found however often, however partly and in whatever case it is encoded', () => {
    fc.assert(
      fc.property(key, cased, around, around, choices, fc.nat(5), (text, inCase, before, after, chosen, rounds) => {
        // What is encoded four times over is long: a few rounds are whole, the rest partly.
        const some = rounds > 2 ? chosen.map((choice) => (choice > 1 ? 0 : choice)) : chosen;
        // What begins another format is its beginning only where no word goes on.
        const apart = text.startsWith('fieldpass') ? before : before.replace(/[0-9A-Za-z]+$/, '');
        const url = `/graphql?${apart}${encoded(inCase(text), some, rounds)}${after}`;
        fc.pre(url.length < 200_000);
        expect(shapes.find(url)).toBeDefined();
      }),
      { numRuns },
    );
  });

  it('is found where decoding takes its first letter for a digit of what stands before it', () => {
    const text = formatToken(generateToken('fieldpass', 'LIVE', (size) => new Uint8Array(randomBytes(size))));
    for (const before of ['%5', '%25', '%255', '%%32%35'])
      for (const first of ['f', '%66', '%2566']) expect(shapes.find(`${before}${first}${text.slice(1)}`)).toBeDefined();
  });

  it('is gone from a text that is redacted, with what is left of its secret', () => {
    fc.assert(
      fc.property(key, around, around, choices, fc.nat(2), (text, before, after, chosen, rounds) => {
        const apart = text.startsWith('fieldpass') ? before : before.replace(/[0-9A-Za-z]+$/, '');
        const kept = shapes.redact(`${apart}${encoded(text, chosen, rounds)}${after}`);
        expect(shapes.find(kept)).toBeUndefined();
        expect(decodeFully(kept)).not.toContain(text.slice(-20));
      }),
      { numRuns },
    );
  });

  it('is found and gone wherever it is broken by what nobody sees', () => {
    const unseen = fc.constantFrom(
      '\u200b',
      '\u00ad',
      '\u2060',
      '\ufeff',
      '\u007f',
      '\t',
      '\n',
      '\r\n',
      '\n   ',
      '\u2028 ',
    );
    const breaks = fc.array(fc.tuple(fc.nat(60), unseen), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(key, around, breaks, (text, after, broken) => {
        let written = text;
        for (const [at, what] of broken) written = `${written.slice(0, at)}${what}${written.slice(at)}`;
        expect(shapes.find(`see ${written}${after}`)).toBeDefined();
        expect(shapes.redact(`see ${written}${after}`)).not.toContain(text.slice(-12));
        expect(shapes.find(shapes.redact(`see ${written}${after}`))).toBeUndefined();
      }),
      { numRuns },
    );
  });

  it('is left alone where there is none, whatever nobody sees is in the text', () => {
    for (const text of ['a note\nof two lines', 'fieldpass_live_\n\nis how a key begins', 'x\u200by', '\t\tsk_live_'])
      expect([shapes.find(text), shapes.redact(text)]).toEqual([undefined, text]);
  });

  it('is looked for in a time that grows with the text', () => {
    for (const text of [' '.repeat(500_000), '\n '.repeat(250_000), `${' '.repeat(250_000)}\n`.repeat(2)])
      expect(shapes.find(text)).toBeUndefined();
  });

  it('is gone also when its end is cut off', () => {
    fc.assert(
      fc.property(key, fc.nat(30), (text, cut) => {
        fc.pre(text.startsWith('fieldpass_live') || text.startsWith('fieldpass_test'));
        const rest = text.slice(0, text.length - cut);
        expect(shapes.redact(`name_${rest}`)).toBe('name_redacted_key');
      }),
      { numRuns },
    );
  });

  it('is seen without a part of its prefix, and without its checksum, which who has the rest can compute', () => {
    fc.assert(
      fc.property(key, fc.nat(9), fc.nat(6), (text, begun, cut) => {
        fc.pre(/^fieldpass_(live|test)_/.test(text));
        const part = text.slice(begun, text.length - cut);
        expect(shapes.find(part)).toBeDefined();
        expect(shapes.redact(`see ${part}!`)).not.toContain(text.slice(16, 28));
      }),
      { numRuns },
    );
  });

  it('of another format is found where decoding takes its first letter for a digit of what stands before it', () => {
    const { find } = keyShapes('fieldpass', ['acme.']);
    const text = `acme.${'0'.repeat(22)}`;
    for (const before of ['%4', '%2', '%254', '%%34'])
      for (const first of ['a', '%61', '%2561']) expect(find(`?k=${before}${first}${text.slice(1)}`)).toBeDefined();
  });

  it.each([
    'risk_assessment_of_department',
    '/graphql?operationName=task_description_of_some_thing',
    'monkey_of_customer_records_v2',
    'primary_key_of_customer_records_v2',
    'key_figures_of_the_department_2024',
    'https://example.com/key_figures-of-2024.and.of.2025/*',
    'https://example.com/task_0123456789abcdefghijklmnop/*',
    'https://example.com/monkey_550e8400-e29b-41d4-a716-446655440000',
    'readKey_figuresOfADepartment',
    '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}',
    'eyJhbGciOiJFUzI1NiIsImtpZCI6Imtlesk_MSJ9.eyJzdWIiOiJyaXNrey_aefdsafdaf',
    'sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    'desk_2f1b3c4d5e6f7081920a1b2c3d',
  ])('of a short prefix of another format is not seen in the middle of a word, nor in words: %s', (text) => {
    const { find, redact } = keyShapes('fieldpass', ['key_', 'sk_']);
    expect([find(text), redact(text)]).toEqual([undefined, text]);
  });

  it.each([
    `sk_${'a1'.repeat(11)}`,
    'key_550e8400-e29b-41d4-a716-446655440000',
    `sk_live_${'x'.repeat(22)}`,
    'sk_prod_0f3e-aB4dE6gH-xyz_09',
    `x_sk_${'0aZ'.repeat(10)}_y`,
  ])('of another format is seen in each of the ways to write one: %s', (text) => {
    const { find, redact } = keyShapes('fieldpass', ['key_', 'sk_']);
    expect(find(`?a=${text}`)).toBeDefined();
    expect(redact(text)).toContain('redacted_key');
  });

  it('is not seen in other texts, which stay as they are', () => {
    const others = [
      '',
      '100%',
      '%zz',
      '%2',
      '%u00',
      'Größe',
      'fieldpass_live_abc',
      'fieldpass_child_',
      'sk_live_short',
      '%E0%A4%A',
      'fieldpass_live_abcdefghijkl_…',
    ];
    for (const text of others) expect([shapes.find(text), shapes.redact(text)]).toEqual([undefined, text]);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z%0-9 ]{0,40}$/), (text) => {
        expect([shapes.find(text), shapes.redact(text)]).toEqual([undefined, text]);
      }),
      { numRuns },
    );
  });
});

it('decodes in one pass what rounds of decoding decode, however deep', () => {
  const round = (text: string) =>
    text.replace(/%([0-7][0-9A-Fa-f])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  fc.assert(
    fc.property(fc.stringMatching(/^[%2345a-f]{0,60}$/), (text) => {
      fc.pre(!/%[cC][01]%/.test(text));
      let rounds = text;
      for (let next = round(rounds); next !== rounds; next = round(rounds)) {
        if (/%[cC][01]%/.test(next)) return;
        rounds = next;
      }
      expect(decodeFully(text)).toBe(rounds);
    }),
    { numRuns },
  );
  expect(decodeFully(`${'%25'.repeat(5000)}41`)).toBe(`${'%'.repeat(4999)}A`);
  expect(decodeFully(`%${'25'.repeat(5000)}41`)).toBe('A');
});
