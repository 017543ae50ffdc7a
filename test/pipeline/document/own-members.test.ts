import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownMembers } from '../../../src/pipeline/document/own-members.ts';

describe('JSON without anything inherited', () => {
  it('says what was sent, in its order, whatever members are called', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const sent: unknown = JSON.parse(text);
        expect(JSON.stringify(ownMembers(sent))).toBe(JSON.stringify(sent));
      }),
    );
  });

  it('has no prototype at any level', () => {
    const copy = ownMembers(JSON.parse('{"__proto__":{"a":1},"b":[{"constructor":{"c":null}}]}'));
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Array.isArray(value)) expect(Object.getPrototypeOf(value)).toBeNull();
      for (const inner of Object.values(value)) walk(inner);
    };
    walk(copy);
    expect(Object.keys(copy as object)).toEqual(['__proto__', 'b']);
    expect((copy as Record<string, unknown>)['toString']).toBeUndefined();
  });

  it('leaves what was sent as it was, and endless nesting to whoever refuses it', () => {
    const sent = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    expect(ownMembers(sent)).not.toBe(sent);
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
    expect(ownMembers(undefined)).toBeUndefined();
    expect(ownMembers(null)).toBeNull();
    expect(ownMembers('a')).toBe('a');
  });
});
