import { assertValidSchema, buildClientSchema, introspectionFromSchema, isInterfaceType, isUnionType } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import { verbs } from '../../../src/plan/verb.ts';
import type { CompiledPrivileges } from '../../../src/privileges/compile-privileges.ts';
import { filterSchema } from '../../../src/privileges/view/filter-schema.ts';
import { type Random, randomFrom } from '../generated/random.ts';
import { held } from '../held.ts';
import { github, storefront } from './real-schemas.ts';

/** By name, so that no test's title has to print one. */
const schemas = { GitHub: github(), Shopify: storefront() };
type SchemaName = keyof typeof schemas;

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe.each<SchemaName>(['GitHub', 'Shopify'])('the view of %s', (name) => {
  const schema = schemas[name];
  test.each(seeds)('builds, and names nothing that is not granted: seed %i', (seed) => {
    const privileges = held(randomRules(randomFrom(seed), schema), schema);
    const client = buildClientSchema(introspectionFromSchema(filterSchema(schema, privileges)));
    assertValidSchema(client);
    expect(ungranted(client, schema, privileges)).toEqual([]);
  });

  test('of everything holds all types that lead somewhere', () => {
    const client = buildClientSchema(introspectionFromSchema(filterSchema(schema, held(['*'], schema))));
    assertValidSchema(client);
    const all = schema.objects.map(({ name }) => name);
    const shown = all.filter((name) => client.getType(name) !== undefined);
    expect(shown.length / all.length).toBeGreaterThan(0.98);
  });
});

/** From two fields to most of the schema. */
function randomRules(random: Random, schema: CompiledSchema): string[] {
  const roots = schema.coordinates.filter(({ type }) => type === schema.queryType.name || type === 'Mutation');
  const rules = [`read:${schema.queryType.name}.node`];
  const size = random.pick([2, 10, 60]);
  for (let n = 0; n < size; n++) {
    const { type, field } = random.pick(schema.coordinates);
    rules.push(random.pick([`read:${type}.${field}`, `read:${type}`, `*:${type}`, `${random.pick(verbs)}:*.${field}`]));
  }
  for (let n = 0; n < 5; n++) {
    const { type, field } = random.pick(roots);
    rules.push(`*:${type}.${field}`);
  }
  if (random.chance(0.3)) rules.push(random.pick(['read:*', '*', 'write:*']));
  for (let n = random.below(6); n > 0; n--) {
    const { type, field } = random.pick(schema.coordinates);
    rules.push(random.pick([`!read:${type}.${field}`, `!*:${type}`, `!read:*.${field}`]));
  }
  return rules;
}

/** Fields of object types that the view shows though the key lacks them, and types that nothing readable leads to. */
function ungranted(
  client: ReturnType<typeof buildClientSchema>,
  schema: CompiledSchema,
  privileges: CompiledPrivileges,
): string[] {
  const found: string[] = [];
  for (const type of Object.values(client.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const object = schema.objectByName.get(type.name);
    if (object !== undefined && 'getFields' in type) {
      const fields = Object.keys(type.getFields());
      // A query type or a payload of which nothing may be read is told by a field that leads nowhere.
      if (fields.join() === 'nothingVisible') {
        if (object !== schema.queryType && object.structure !== 'PAYLOAD') found.push(type.name);
        continue;
      }
      for (const name of fields) {
        const needs = object.fields.get(name)?.needs;
        if (needs === undefined || !needs.every(privileges.has)) found.push(`${type.name}.${name}`);
      }
      if (!privileges.sees(type.name)) found.push(type.name);
    }
    if (isInterfaceType(type) || isUnionType(type)) {
      const members = client.getPossibleTypes(type);
      if (members.length === 0) found.push(`${type.name} of nothing`);
      if (!isInterfaceType(type)) continue;
      for (const member of members) {
        for (const name of Object.keys(type.getFields())) {
          const needs = schema.objectByName.get(member.name)?.fields.get(name)?.needs;
          if (needs === undefined || !needs.every(privileges.has)) found.push(`${type.name}.${name} of ${member.name}`);
        }
      }
    }
  }
  return found;
}
