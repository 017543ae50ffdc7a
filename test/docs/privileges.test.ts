import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../src/apis/places/places-schema.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { checkNames } from '../../src/privileges/grammar/check-names.ts';
import { parsePrivilegeSet } from '../../src/privileges/grammar/parse-privilege-set.ts';
import { missing } from './missing.ts';

const page = readFileSync('docs/privileges.md', 'utf8');
const [protectedPart = '', managementPart = ''] = page.split('## Who may give what');
const rulesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(!?(?:read|write|update|\*):[^`]*)`/g)].flatMap(([, rule]) => rule ?? []);

const city = 'name: "A", countryCode: "CH", latitude: 1, longitude: 2';

describe('docs/privileges.md', () => {
  it.each([
    ['the protected API', buildPlacesSchema(), rulesIn(protectedPart).filter((rule) => rule !== 'read:Ci*')],
    ['the management API', buildManagementSchema(), rulesIn(managementPart)],
  ])('gives rules that exist on %s', (_, schema, rules) => {
    expect(rules.length).toBeGreaterThan(8);
    const answer = parsePrivilegeSet(rules);
    expect(answer.kind).toBe('VALID');
    if (answer.kind === 'VALID') expect(checkNames(answer.set, compileSchema(schema))).toEqual([]);
  });

  const row = (text: string): readonly string[] =>
    rulesIn(page.split('\n').find((line) => line.includes(`| ${text}`)) ?? '');
  it.each<[string, string, readonly string[]]>([
    ['read cities by name', '{ cities(first: 1) { nodes { name } pageInfo { hasNextPage } } }', []],
    [
      'read cities by name',
      '{ cities(filter: { population: { gte: 1 } }) { nodes { name } } }',
      ['read:City.population'],
    ],
    ['read all of cities', '{ country(code: "CH") { name cities { nodes { location { latitude } } } } }', []],
    ['read everything', '{ cities { nodes { editorNotes } } }', []],
    ['read everything', '{ cities { nodes { contributorEmail } } }', ['read:City.contributorEmail']],
    ['create cities', `mutation { createCity(input: { ${city} }) { city { id } } }`, []],
    ['create cities', `mutation { createCity(input: { ${city} }) { city { name } } }`, ['read:City.name']],
    ['correct names', 'mutation { updateCity(input: { id: "x", name: "A" }) { __typename } }', []],
    [
      'correct names',
      'mutation { updateCity(input: { id: "x", population: null }) { __typename } }',
      ['update:City.population'],
    ],
    ['create or change', `mutation { upsertCity(input: { ${city} }) { __typename } }`, []],
    ['delete cities', 'mutation { deleteCity(input: { id: "x" }) { deletedCityId } }', []],
    ['follow changes', 'subscription { cityChanged { city { name } } }', []],
  ])('gives to "%s" what it says: %s', (text, document, expected) => {
    expect(missing(buildPlacesSchema(), row(text), document)).toEqual(expected);
  });

  it.each<[string, string, readonly string[]]>([
    ['look, and change nothing', '{ apiKeys { nodes { name effectivePrivileges roles { name } } } }', []],
    [
      'look, and change nothing',
      'mutation { deleteRole(input: { id: "x" }) { __typename } }',
      ['update:Mutation.deleteRole'],
    ],
    [
      'hand out keys',
      'mutation { createApiKey(input: { applicationId: "x", name: "x", privileges: [], roleIds: [] }) { key apiKey { id } } }',
      [],
    ],
    [
      'stop keys',
      'mutation { disableApiKey(input: { id: "x", reason: "x" }) { __typename } revokeApiKey(input: { id: "x", reason: "x" }) { __typename } }',
      [],
    ],
    [
      'manage roles',
      'mutation { createRole(input: { name: "x", privileges: [] }) { role { id } } updateRole(input: { id: "x", name: "y" }) { role { etag } } deleteRole(input: { id: "x" }) { __typename } }',
      [],
    ],
  ])('gives to a manager that shall "%s" what it says: %s', (text, document, expected) => {
    expect(missing(buildManagementSchema(), row(text), document, true)).toEqual(expect.arrayContaining([...expected]));
    if (expected.length === 0) expect(missing(buildManagementSchema(), row(text), document, true)).toEqual([]);
  });
});
