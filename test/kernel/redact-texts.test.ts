import { describe, expect, it } from 'vitest';
import { redactTexts } from '../../src/kernel/redact-texts.ts';

const redact = (text: string) => text.replaceAll('secret', '…');

describe('the texts of a value', () => {
  it('are redacted wherever they stand, names of members among them', () => {
    const value = JSON.parse('{"a":"a secret","secret":[1,null,true,{"b":["secret"]}],"__proto__":"secret"}');
    expect(JSON.stringify(redactTexts(value, redact))).toBe(
      '{"a":"a …","…":[1,null,true,{"b":["…"]}],"__proto__":"…"}',
    );
  });

  it('leave the value itself when nothing is to be redacted', () => {
    const value = { a: ['b', { c: 1 }], at: new Date(0) };
    expect(redactTexts(value, redact)).toBe(value);
  });

  it('are not looked for in what is no JSON', () => {
    const bytes = Buffer.from('secret');
    expect(redactTexts({ bytes, text: 'secret' }, redact)).toEqual({ bytes, text: '…' });
    expect(redactTexts(undefined, redact)).toBeUndefined();
  });
});
