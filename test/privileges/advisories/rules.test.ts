import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import fc from 'fast-check';
import { execute, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import { verbs } from '../../../src/plan/verb.ts';
import type { Access } from '../../../src/privileges/access.ts';
import { fieldpassPlugin } from '../../../src/privileges/pothos-plugin.ts';
import { places } from '../../plan/places.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { held, missing } from '../held.ts';

/** Advisories about rules, how they join, and who gives them. Each says what to break to see it fail. */

// Break: the second loop in `compilePrivileges`, privileges/compile-privileges.ts.
describe('CVE-2026-19869, CVE-2026-92681: of a rule for a type and one for its field, one was discarded', () => {
  it.each([
    [['read:Query', 'read:City', '!read:City.population']],
    [['!read:City.population', 'read:City', 'read:Query']],
    [['read:Query', 'read:City.population', '!read:City']],
    [['!read:City', 'read:City.population', 'read:Query']],
  ])('%j', (rules) => {
    expect(missing('{ cities(first: 1) { nodes { population } } }', rules)).toEqual(['read:City.population']);
  });
});

// Break: `clearBit` in privileges/compile-privileges.ts: turn the bit over, so that two denials give.
describe('HA-10711: a composition that may more than its parts', () => {
  it('rules together never allow what none of the parts does', () => {
    const rule = fc
      .tuple(
        fc.constantFrom('', '', '!'),
        fc.constantFrom(...verbs, '*'),
        // Few, so that rules meet.
        fc.constantFrom(...places.coordinates.slice(0, 8)),
        fc.boolean(),
      )
      .map(([deny, verb, { type, field }, whole]) => `${deny}${verb}:${type}${whole ? '' : `.${field}`}`);
    const set = fc.array(rule, { maxLength: 6 });
    fc.assert(
      fc.property(set, set, (one, other) => {
        const [a, b, both] = [held(one), held(other), held([...one, ...other])];
        for (let bit = 0; bit < places.coordinates.length * verbs.length; bit++) {
          if (both.has(bit)) expect(a.has(bit) || b.has(bit), JSON.stringify([one, other])).toBe(true);
        }
      }),
    );
  });
});

/** Without any plan: as if the gate let everything through. */
async function runUngated(source: string, rules: readonly string[]) {
  const builder = new SchemaBuilder<{ Context: { access: Access } }>({
    plugins: [ScopeAuthPlugin, fieldpassPlugin],
    scopeAuth: { authScopes: () => ({}) },
  });
  const Named = builder.interfaceRef<object>('Named').implement({
    fields: (t) => ({ name: t.string({ resolve: () => 'N' }), code: t.string({ resolve: () => 'C' }) }),
    resolveType: () => 'City',
  });
  const City = builder.objectRef<object>('City').implement({ interfaces: [Named] });
  builder.queryType({
    fields: (t) => ({
      city: t.field({ type: City, resolve: () => ({}) }),
      named: t.field({ type: Named, resolve: () => ({}) }),
    }),
  });
  const schema = builder.toSchema();
  const access = held(rules, compileSchema(schema));
  return await execute({ schema, document: parse(source), contextValue: { access } });
}

describe('@pothos/plugin-scope-auth 4.2.0, 4.2.1: scopes did not reach inherited fields, or came from a sibling', () => {
  // Break: `guardedByAccess` in privileges/pothos/fieldpass-plugin.ts: return the declaration as it is.
  it.each(['{ city { name } }', '{ named { name } }', '{ named { ... on City { name } } }'])(
    'a field that comes from an interface is guarded: %s',
    async (source) => {
      const { data, errors } = await runUngated(source, ['read:Query']);
      expect(JSON.stringify(data)).not.toContain('"N"');
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    },
  );

  // Break: `fieldName` in `mayUse`, privileges/pothos/backstop.ts: ask about any field of the type.
  it.each(['{ city { code name } }', '{ city { name code } }', '{ a: city { code } b: city { name } }'])(
    'a sibling that is granted grants nothing: %s',
    async (source) => {
      const { data } = await runUngated(source, ['read:Query', 'read:City.code']);
      expect(JSON.stringify(data)).toContain('"C"');
      expect(JSON.stringify(data)).not.toContain('"N"');
    },
  );
});

describe('CVE-2020-7009: a key that a key had made could do more than its maker', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await openTestApp();
  });
  afterAll(() => test.close());
  const mutation = (name: string) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    return `mutation ($input: ${type}!) { ${name}(input: $input) { apiKey { id } } }`;
  };

  // Break: `!given || parentDenies…` in `isSubset`, privileges/subset.ts: answer false.
  it('a key gives what it holds in `grantable`, by rule and not by what a schema happens to have', async () => {
    const grantable = ['read:City', '!read:City.population'];
    const { key } = await test.createKey(['*'], { type: 'MANAGEMENT', grantable });
    const { body } = await test.management(key, '{ viewer { application { id } } }');
    const create = async (input: object) => {
      const { id: applicationId } = body.data.viewer.application;
      const answer = await test.management(key, mutation('createApiKey'), {
        input: { applicationId, name: 'child', privileges: [], ...input },
      });
      return { id: answer.body.data?.createApiKey?.apiKey.id, code: answer.codes[0] };
    };
    const beyond = [['read:City'], ['read:City.population'], ['*'], ['read:*'], ['*:City.name'], ['read:Country.id']];
    for (const privileges of beyond) {
      expect(await create({ privileges }), privileges.join()).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
    }
    const manager = { type: 'MANAGEMENT', privileges: ['read:ApiKey'] };
    expect(await create({ ...manager, grantable: ['read:City'] })).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
    expect(await create({ ...manager, grantable, applicationScope: 'ALL' })).toMatchObject({
      code: 'PRIVILEGE_ESCALATION',
    });
    const child = await create({ privileges: ['read:City.name'] });
    expect(child.code).toBeUndefined();
    const widened = await test.management(key, mutation('updateApiKey'), {
      input: { id: child.id, addPrivileges: ['read:City.population'] },
    });
    expect(widened.codes).toEqual(['PRIVILEGE_ESCALATION']);
  });
});
