import { describe, expect, test } from 'vitest';
import { createPrivilegeCache } from '../../src/privileges/privilege-cache.ts';
import { heldPrivileges, usablePrivileges } from '../../src/privileges/usable-privileges.ts';
import { places } from '../plan/places.ts';
import { held } from './held.ts';

describe('what rules allow', () => {
  test.each([
    [['read:City'], 'read', 'City.name', true],
    [['read:City'], 'write', 'City.name', false],
    [['read:City'], 'read', 'Country.name', false],
    [['*:City'], 'update', 'City.name', true],
    [['read:*.name'], 'read', 'Country.name', true],
    [['read:*.name'], 'read', 'Country.code', false],
    [['read:*', '!read:City.name'], 'read', 'City.name', false],
    [['!read:City', 'read:City.name'], 'read', 'City.name', false],
    [['!*:City.name', '*'], 'write', 'City.name', false],
    [[], 'read', 'City.name', false],
    [[], 'read', 'Viewer.keyId', true],
    [[], 'read', 'CityConnection.edges', true],
    [['!read:CityConnection'], 'read', 'CityConnection.edges', true],
    [['*'], 'read', 'City.nope', false],
    [['*'], 'read', 'constructor.constructor', false],
    [['write:Mutation.createCity'], 'write', 'Mutation.createCity', true],
    [['write:CreateCityInput'], 'write', 'CreateCityInput.note', true],
  ] as const)('%j: %s %s is %s', (rules, verb, text, allowed) => {
    const [type = '', field = ''] = text.split('.');
    expect(held(rules).allows(verb, type, field)).toBe(allowed);
  });

  test.each([
    [['read:City'], false, false],
    [['read:*'], false, false],
    [['*'], false, false],
    [['*'], true, true],
    [['*:*'], true, false],
    [['read:City.contributorEmail'], false, true],
    [['*:City.contributorEmail'], false, true],
    [['read:*.contributorEmail'], false, false],
    [['read:City.contributorEmail', '!read:City'], false, false],
  ] as const)('%j (lone star %s) reads an explicit field: %s', (rules, loneStar, allowed) => {
    expect(held(rules, places, loneStar).allows('read', 'City', 'contributorEmail')).toBe(allowed);
  });
});

describe('which types a key sees', () => {
  test.each([
    [[], ['Query', 'Viewer', 'PageInfo', 'CityConnection', 'CityEdge'], ['City', 'Country', 'Mutation']],
    [['read:City.name'], ['City', 'CreateCityPayload'], ['Country', 'Secret']],
    [['read:City.location'], [], ['City', 'Location']],
    [['read:City.location', 'read:Location.latitude'], ['City', 'Location'], []],
    [['read:City.country', 'read:Country.cities'], ['City', 'Country'], []],
    [['read:City.nearby'], [], ['City']],
    [['read:City.nearby', 'read:City.location'], ['City'], ['Location']],
  ] as const)('%j sees %j and not %j', (rules, seen, unseen) => {
    const privileges = held(rules);
    expect(seen.filter((type) => !privileges.sees(type))).toEqual([]);
    expect(unseen.filter((type) => privileges.sees(type))).toEqual([]);
  });

  test('a field whose required argument looks at what the key may not read is not visible', () => {
    const privileges = held(['read:Query.country', 'read:Country.name']);
    const field = places.queryType.fields.get('country');
    expect(field && privileges.sight.seesField(field)).toBe(false);
  });
});

describe('the cache', () => {
  test('keys with the same rules share one, however they are written', () => {
    const cache = createPrivilegeCache(places);
    const options = { loneStarMatchesExplicit: false };
    const first = cache.get(['read:City', 'read:Country'], options);
    expect(cache.get(['read:Country.*', 'read:City'], options)).toBe(first);
    expect(cache.get(['*'], options)).not.toBe(cache.get(['*'], { loneStarMatchesExplicit: true }));
  });

  test('a stored denial that is not understood ends everything, an allowance only itself', () => {
    const cache = createPrivilegeCache(places);
    const options = { loneStarMatchesExplicit: false };
    expect(cache.get(['read:City', '!read:City name'], options).allows('read', 'City', 'name')).toBe(false);
    expect(cache.get(['read:City', 'read:City name'], options).allows('read', 'City', 'name')).toBe(true);
  });
});

describe('usable privileges', () => {
  const readers = ['read:Query.cities', 'read:City.name'];

  test('name coordinates that something asks for, and nothing denied', () => {
    const usable = usablePrivileges(
      places,
      held(['*:City', '!*:City.population', 'read:Query.cities', 'write:Mutation']),
    );
    expect(usable).toContain('read:City.name');
    expect(usable).toContain('write:City.name');
    expect(usable).toContain('read:Query.cities');
    expect(usable.filter((rule) => rule.includes('population') || rule.includes('*') || rule.includes('!'))).toEqual(
      [],
    );
    expect(usable).not.toContain('write:City.nearby');
  });

  test.each<[string, string[], string]>([
    ['a field whose type shows nothing', ['read:City.location'], 'read:Location.latitude'],
    ['what a field shows that may not be read', ['read:Location.latitude'], 'read:City.location'],
    ['a type that no visible field leads to', ['read:Country.id'], 'read:City.country'],
    ['an input that no visible mutation takes', ['write:City.name', 'read:City.id'], 'write:Mutation.createCity'],
  ])('are those of the view: not %s', (_, [useless = '', ...rest], missing) => {
    expect(usablePrivileges(places, held([...readers, useless, ...rest]))).not.toContain(useless);
    expect(usablePrivileges(places, held([...readers, useless, ...rest, missing]))).toContain(useless);
  });

  test('are held privileges, of which more may be held', () => {
    const rules = held([...readers, 'read:City.location', 'write:City.name']);
    expect(usablePrivileges(places, rules)).toEqual([...readers].sort());
    expect(heldPrivileges(places, rules)).toEqual([
      'read:City.location',
      'read:City.name',
      'read:Query.cities',
      'write:City.name',
    ]);
  });
});
