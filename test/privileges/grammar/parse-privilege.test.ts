import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/kernel/errors.ts';
import { checkNames } from '../../../src/privileges/grammar/check-names.ts';
import { parsePrivilege } from '../../../src/privileges/grammar/parse-privilege.ts';
import {
  parsePrivilegeSet,
  privilegeInvalid,
  privilegeProblem,
} from '../../../src/privileges/grammar/parse-privilege-set.ts';
import { places } from '../../plan/places.ts';
import { setOf } from '../held.ts';

describe('the grammar', () => {
  test.each([
    ['read:City', 'read:City'],
    ['read:City.*', 'read:City'],
    ['read:City.name', 'read:City.name'],
    ['!write:City.name', '!write:City.name'],
    ['*:City', '*:City'],
    ['read:*', 'read:*'],
    ['read:*.*', 'read:*'],
    ['read:*.name', 'read:*.name'],
    ['*:*.*', '*:*'],
    ['*', '*'],
    ['!*:*', '!*:*'],
  ])('%s is %s', (text, canonical) => {
    expect(parsePrivilege(text)).toMatchObject({ kind: 'VALID', privilege: { text: canonical } });
  });

  test.each([
    '',
    ' ',
    ' read:City',
    'read:City ',
    'read: City',
    'read:City\n',
    'READ:City',
    'delete:City',
    'read',
    'read:',
    'read:City.',
    'read:.name',
    'read:City.na*',
    'read:*ity',
    'read:City.**',
    'read:City.name.x',
    'read:Cıty.name',
    'read:City.nаme',
    'read:City.name\u0000',
    '!!read:City',
    '! read:City',
    '!*',
    '**',
    'read:__proto__',
    'read:City.__proto__',
    'read:City.__typename',
    'read:1City',
    'read,write:City',
    `read:${'a'.repeat(200)}`,
  ])('%j is refused', (text) => {
    expect(parsePrivilege(text).kind).toBe('INVALID');
  });

  test('only the lone star is one', () => {
    const isLoneStar = (text: string) => {
      const answer = parsePrivilege(text);
      return answer.kind === 'VALID' && answer.privilege.isLoneStar;
    };
    expect(['*', '*:*', '*:*.*'].map(isLoneStar)).toEqual([true, false, false]);
  });

  test('hostile strings are refused or read, and never throw', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(...'!*:._ readwupt\n\u0000City') }),
      fc.constantFrom('constructor', '__proto__', 'toString').map((name) => `read:${name}.${name}`),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 5 }), (texts) => {
        const answer = parsePrivilegeSet(texts);
        if (answer.kind === 'INVALID') expect(codeOf(privilegeInvalid(answer.problems))).toBe('PRIVILEGE_INVALID');
        else expect(parsePrivilegeSet(answer.set.texts)).toEqual(answer);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('sets', () => {
  test('order, repetition and spelling do not change the hash; a rule does', () => {
    const { hash } = setOf(['read:City', '!read:City.name']);
    expect(setOf(['!read:City.name', 'read:City.*', 'read:City']).hash).toBe(hash);
    expect(setOf(['read:City']).hash).not.toBe(hash);
    expect(setOf(['*']).hash).not.toBe(setOf(['*:*']).hash);
  });

  test('256 rules are a set, 257 are not', () => {
    const rules = (count: number) => Array.from({ length: count }, (_, n) => `read:City.f${n}`);
    expect(parsePrivilegeSet(rules(256)).kind).toBe('VALID');
    expect(parsePrivilegeSet(rules(257)).kind).toBe('INVALID');
  });

  test('every problem is named by its position, and echoed only in part', () => {
    const answer = parsePrivilegeSet(['read:City', 'x'.repeat(500), 'read:']);
    expect(answer.kind === 'INVALID' && answer.problems.map(({ index, text }) => [index, text.length])).toEqual([
      [1, 100],
      [2, 5],
    ]);
  });
});

describe('names', () => {
  test.each([
    ['read:City', undefined],
    ['read:City.name', undefined],
    ['read:CityConnection.edges', undefined],
    ['read:Viewer', undefined],
    ['read:*.name', undefined],
    ['write:CreateCityInput.note', undefined],
    ['*', undefined],
    ['read:Citi', 'did you mean "City"'],
    ['read:City.populaton', 'did you mean "population"'],
    ['!read:City.populaton', 'did you mean "population"'],
    ['read:*.populaton', 'did you mean "population"'],
    ['write:CreateCityInput.nope', 'CreateCityInput does not have'],
    ['read:constructor', 'does not exist'],
    ['read:City.constructor', 'City does not have'],
    ['read:Place.name', 'abstract type'],
  ])('%s: %s', (text, message) => {
    const problems = checkNames(setOf([text]), places);
    if (message === undefined) expect(problems).toEqual([]);
    else expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });
});

test('a refusal is one sentence, with one mark at its end', () => {
  const said = (...messages: string[]) => {
    return privilegeInvalid(messages.map((message, index) => privilegeProblem(index, 'read:Citi', message))).message;
  };
  expect(said('names the type "Citi"; did you mean "City"?')).toBe(
    'Privilege "read:Citi" names the type "Citi"; did you mean "City"?',
  );
  expect(said('is not valid')).toBe('Privilege "read:Citi" is not valid.');
  expect(said('is it?', 'it is')).toBe('Privilege "read:Citi" is it? (and 1 more).');
});
