import { describe, expect, test } from 'vitest';
import { isSubset } from '../../src/privileges/subset.ts';
import { places } from '../plan/places.ts';
import { setOf } from './held.ts';

function exceeding(
  child: readonly string[],
  parent: readonly string[],
  { childStar = false, parentStar = true }: { childStar?: boolean; parentStar?: boolean } = {},
): readonly string[] {
  const answer = isSubset(
    { set: setOf(child), loneStarMatchesExplicit: childStar },
    { set: setOf(parent), loneStarMatchesExplicit: parentStar },
    places,
  );
  return answer.kind === 'SUBSET' ? [] : answer.rules;
}

describe('subset', () => {
  test.each([
    [[], []],
    [['read:City.name'], ['read:City']],
    [['read:City'], ['read:City']],
    [['read:City'], ['read:*']],
    [['*:City'], ['read:City', 'write:City', 'update:City']],
    [['read:City.name'], ['read:*.name']],
    [['read:*.name'], ['read:*']],
    [['*'], ['*']],
    [['*:*'], ['*']],
    [['*'], ['*:*']],
    [['!read:City'], []],
    [
      ['read:City', '!read:City.name'],
      ['read:City', '!read:City.name'],
    ],
    [['read:City', '!read:City'], []],
    [
      ['read:City', '!read:City'],
      ['read:City', '!read:City.name'],
    ],
    [['read:City.id'], ['read:City', '!read:City.name']],
    [['write:City'], ['write:City', '!read:City']],
    [
      ['read:City', '!read:*.name'],
      ['read:*', '!read:City.name'],
    ],
    [['read:City.contributorEmail'], ['read:City.contributorEmail']],
    [['read:City.contributorEmail'], ['*']],
    [['read:City'], ['read:*', '!read:Country']],
  ])('%j is within %j', (child, parent) => {
    expect(exceeding(child, parent)).toEqual([]);
  });

  test.each([
    [['read:City'], ['read:City.name'], ['read:City']],
    [['read:*'], ['read:City', 'read:Country'], ['read:*']],
    [['read:*'], ['read:City'], ['read:*']],
    [['write:City'], ['read:City'], ['write:City']],
    [['*:City'], ['read:City', 'write:City'], ['*:City']],
    [['read:*.name'], ['read:City'], ['read:*.name']],
    [['*'], ['read:*'], ['*']],
    [['read:City'], ['read:City', '!read:City.name'], ['read:City']],
    [['read:City.name'], ['*', '!read:City.name'], ['read:City.name']],
    [['read:*', '!read:City.name'], ['read:*', '!read:*.name'], ['read:*']],
    [['read:City.contributorEmail'], ['read:City'], ['read:City.contributorEmail']],
    [['read:City.contributorEmail'], ['*:*'], ['read:City.contributorEmail']],
    [['read:City.name', 'read:Country'], ['read:City'], ['read:Country']],
  ])('%j exceeds %j by %j', (child, parent, rules) => {
    expect(exceeding(child, parent)).toEqual(rules);
  });

  test('a child’s lone star that matches explicit fields needs a parent’s that does', () => {
    expect(exceeding(['*'], ['*'], { childStar: true })).toEqual([]);
    expect(exceeding(['*'], ['*:*'], { childStar: true })).toEqual(['*']);
    expect(exceeding(['*'], ['*'], { childStar: true, parentStar: false })).toEqual(['*']);
    expect(exceeding(['read:City.contributorEmail'], ['*'], { parentStar: false })).toEqual([
      'read:City.contributorEmail',
    ]);
  });
});
