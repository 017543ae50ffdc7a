import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { buildSchema, execute, type GraphQLSchema, isInterfaceType, isObjectType, parse, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { DeclarationConfig } from '../../../src/plan/declarations.ts';
import { declare } from '../../../src/plan/declare.ts';
import type { Access } from '../../../src/privileges/access.ts';
import { fieldpassPlugin } from '../../../src/privileges/pothos-plugin.ts';
import { isSubset } from '../../../src/privileges/subset.ts';
import { usablePrivileges } from '../../../src/privileges/usable-privileges.ts';
import { filterSchema } from '../../../src/privileges/view/filter-schema.ts';
import { schemaOf } from '../../plan/places.ts';
import { held, missing, setOf } from '../held.ts';

/** Advisories about what a schema's author declares. */

const sdl = /* GraphQL */ `
  type Query { city: City cities(filter: CityFilter, orderBy: CityOrder): [City!]! place: Place viewer: Viewer! }
  interface Place { area: Float density: Float }
  type City implements Place { name: String area: Float population: Int density: Float crowd: String email: String }
  type Park implements Place { area: Float density: Float }
  type Viewer { density: Float }
  input CityFilter { density: Float }
  enum CityOrder { DENSITY }
  type Mutation { addCity(name: String): City }
`;
const config: DeclarationConfig = {
  explicit: ['City.email'],
  mutations: { addCity: { verbs: ['write'] } },
  arguments: { 'Mutation.addCity(name:)': { sets: 'City.name' } },
  inputs: { CityFilter: { entity: 'City', use: 'FILTER' } },
  fields: {
    'Query.cities': { cost: { listSize: { assumedSize: 10 } } },
    'City.density': { reads: ['City.population', 'City.area'] },
    'City.crowd': { reads: ['City.density'] },
  },
};
const schema = schemaOf(sdl, config);
const needed = ['read:City.density', 'read:City.population', 'read:City.area'];

describe('GHSA-m8jr-fxqx-8xx6: a field that is computed from a protected one was a way to it', () => {
  // Break: `...coordinate.reads` in `compileField`, plan/compile-schema/compile-schema.ts.
  it('needs what it declares to read, and the gate says so', () => {
    expect(missing('{ city { density } }', ['read:Query', 'read:City', '!read:City.population'], {}, schema)).toEqual([
      'read:City.population',
    ]);
    expect(missing('{ city { density } }', ['read:Query', 'read:City.density'], {}, schema)).toEqual(needed.slice(1));
    expect(missing('{ city { density } }', ['read:Query', ...needed], {}, schema)).toEqual([]);
  });

  // Break: the loop over `reached` in `bitsBelow`, plan/compile-schema/derived-fields.ts.
  it('and what those read in turn', () => {
    const rules = ['read:Query', 'read:City.crowd', 'read:City.density', 'read:City.area'];
    expect(missing('{ city { crowd } }', rules, {}, schema)).toEqual(['read:City.population']);
    const circle = schemaOf('type Query { a: Int b: Int }', {
      fields: { 'Query.a': { reads: ['Query.b'] }, 'Query.b': { reads: ['Query.a'] } },
    });
    expect(missing('{ a }', ['read:Query.a'], {}, circle)).toEqual(['read:Query.b']);
  });

  // Break: `...coordinate.reads` in `bitsOf`, plan/compile-schema/number-coordinates.ts.
  it.each(['{ cities(filter: { density: 1 }) { name } }', '{ cities(orderBy: DENSITY) { name } }'])(
    'also where it is only looked at: %s',
    (source) => {
      const rules = ['read:Query', 'read:City', '!read:City.population'];
      expect(missing(source, rules, {}, schema)).toEqual(['read:City.population']);
    },
  );

  // Break: as for the gate.
  it('is in no view, and not listed as usable, without all of it', () => {
    const rules = ['read:Query', 'read:City', '!read:City.population'];
    const view = printSchema(filterSchema(schema, held(rules, schema)));
    expect(view).not.toMatch(/population|density|crowd|DENSITY/);
    expect(view).toContain('area');
    expect(usablePrivileges(schema, held(rules, schema)).join()).not.toMatch(/population|density|crowd/);
    expect(printSchema(filterSchema(schema, held(['read:*'], schema)))).toMatch(/density[\s\S]*crowd/);
  });

  it('does not make a key stronger than the one that made it', () => {
    const of = (rules: string[]) => ({ set: setOf(rules), loneStarMatchesExplicit: false });
    const parent = of(['read:City', '!read:City.population']);
    expect(isSubset(of(['read:City.density']), parent, schema).kind).toBe('SUBSET');
    expect(isSubset(of(needed), parent, schema)).toEqual({ kind: 'EXCEEDS', rules: ['read:City.population'] });
  });

  // Break: `coordinate.reads.every(has)` in `allows`, privileges/compile-privileges.ts.
  it('is denied by the second guard too', async () => {
    const pothos = pothosSchema();
    const compiled = compileSchema(pothos);
    const run = (rules: string[]) =>
      execute({
        schema: pothos,
        document: parse('{ density }'),
        contextValue: { access: held(rules, compiled) },
      });
    expect(await run(['read:Query.density'])).toMatchObject({
      data: { density: null },
      errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    });
    expect((await run(['read:Query'])).data).toEqual({ density: 2 });
  });

  it.each<[string, DeclarationConfig['fields'], RegExp]>([
    ['names a field that does not exist', { 'City.density': { reads: ['City.popluation'] } }, /did you mean "City.pop/],
    ['stands on a mutation', { 'Mutation.addCity': { reads: ['City.name'] } }, /INVALID_DECLARATION Mutation.addCity/],
    ['stands on an open field', { 'Viewer.density': { open: true, reads: ['City.area'] } }, /Viewer.density: reads/],
  ])('fails the build when it %s', (_, fields, message) => {
    expect(() => schemaOf(sdl, { ...config, fields: { ...config.fields, ...fields } })).toThrow(message);
  });
});

function pothosSchema(): GraphQLSchema {
  const builder = new SchemaBuilder<{ Context: { access: Access } }>({
    plugins: [ScopeAuthPlugin, fieldpassPlugin],
    scopeAuth: { authScopes: () => ({}) },
  });
  builder.queryType({
    fields: (t) => ({
      population: t.int({ resolve: () => 4 }),
      density: t.int({ privilege: { reads: ['Query.population'] }, resolve: () => 2 }),
    }),
  });
  return builder.toSchema();
}

describe('what is declared on a field of an interface alone', () => {
  const contactSdl = /* GraphQL */ `
    type Query { contact: Contact person: Person shop: Shop }
    interface Contact { mail: String reach: Int }
    type Person implements Contact { mail: String phone: String reach: Int }
    type Shop implements Contact { mail: String reach: Int }
  `;

  /** By hand, as a schema of makeExecutableSchema or of constructors has it: `declare` would write it to the objects. */
  function bySdl(config: DeclarationConfig = {}) {
    const built = declare(buildSchema(contactSdl), config);
    const contact = built.getType('Contact');
    if (!isInterfaceType(contact)) throw new Error('there is no Contact');
    const { mail, reach } = contact.getFields();
    if (mail) mail.extensions = { fieldpass: { explicit: true } };
    if (reach) reach.extensions = { fieldpass: { reads: ['Person.phone'] } };
    return compileSchema(built);
  }

  /** Person takes over both fields, and Shop writes them anew. */
  function byPothos() {
    const builder = new SchemaBuilder<{ Context: { access: Access } }>({
      plugins: [ScopeAuthPlugin, fieldpassPlugin],
      scopeAuth: { authScopes: () => ({}) },
    });
    const Contact = builder.interfaceRef<object>('Contact').implement({
      fields: (t) => ({
        mail: t.string({ nullable: true, privilege: { explicit: true }, resolve: () => 'm' }),
        reach: t.int({ nullable: true, privilege: { reads: ['Person.phone'] }, resolve: () => 1 }),
      }),
    });
    const Person = builder.objectRef<object>('Person').implement({
      interfaces: [Contact],
      isTypeOf: () => true,
      fields: (t) => ({ phone: t.string({ nullable: true, resolve: () => 'p' }) }),
    });
    const Shop = builder.objectRef<object>('Shop').implement({
      interfaces: [Contact],
      isTypeOf: () => false,
      fields: (t) => ({
        mail: t.string({ nullable: true, resolve: () => 'm' }),
        reach: t.int({ nullable: true, resolve: () => 2 }),
      }),
    });
    builder.queryType({
      fields: (t) => ({
        contact: t.field({ type: Contact, nullable: true, resolve: () => ({}) }),
        person: t.field({ type: Person, nullable: true, resolve: () => ({}) }),
        shop: t.field({ type: Shop, nullable: true, resolve: () => ({}) }),
      }),
    });
    return compileSchema(builder.toSchema());
  }

  it.each([
    ['SDL', bySdl],
    ['Pothos', byPothos],
  ])('holds for every type that implements it, in %s', (_, build) => {
    const compiled = build();
    expect(missing('{ contact { mail } }', ['read:*'], {}, compiled)).toEqual(['read:Person.mail', 'read:Shop.mail']);
    expect(missing('{ person { mail } }', ['read:*'], {}, compiled)).toEqual(['read:Person.mail']);
    expect(missing('{ shop { mail } }', ['read:*', 'read:Shop.mail'], {}, compiled)).toEqual([]);
    const rules = ['read:*', '!read:Person.phone'];
    expect(missing('{ person { reach } }', rules, {}, compiled)).toEqual(['read:Person.phone']);
    expect(missing('{ shop { reach } }', rules, {}, compiled)).toEqual(['read:Person.phone']);
    expect(missing('{ contact { reach } }', ['read:*'], {}, compiled)).toEqual([]);
  });

  it('is taken back by a type that says so, as far as it can be', () => {
    const compiled = bySdl({
      fields: { 'Shop.mail': { explicit: false }, 'Shop.reach': { reads: ['Shop.mail'] } },
    });
    expect(missing('{ shop { mail } }', ['read:*'], {}, compiled)).toEqual([]);
    expect(missing('{ person { mail } }', ['read:*'], {}, compiled)).toEqual(['read:Person.mail']);
    expect(missing('{ shop { reach } }', ['read:Query', 'read:Shop.reach'], {}, compiled)).toEqual([
      'read:Shop.mail',
      'read:Person.phone',
    ]);
  });

  it('fails the build where a type opens the same field', () => {
    expect(() => bySdl({ open: ['Shop.mail'] })).toThrow(/Shop.mail: is explicit and open at once/);
    expect(() => bySdl({ open: ['Shop.reach'] })).toThrow(/Shop.reach: reads other fields and is open at once/);
  });
});

describe('GHSA-g8jh-vg5j-4h3f (CVE-2025-64347): rules that were called something else were ignored', () => {
  const renamed = /* GraphQL */ `
    directive @link(url: String!, import: [LinkImport!]) repeatable on SCHEMA
    scalar LinkImport
    directive @open on FIELD_DEFINITION | OBJECT
    directive @rs(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
    schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [{ name: "@requiresScopes", as: "@rs" }]) { query: Query }
    type Query @open { secret: String @rs(scopes: [["x"]]) public: String @open }
  `;

  // Break: the first `if` of `accessOf` in plan/compile-schema/number-coordinates.ts: heed a directive of that name too.
  it('a directive of a schema opens nothing, whatever it is called', () => {
    const compiled = compileSchema(buildSchema(renamed));
    expect(missing('{ secret public }', [], {}, compiled)).toEqual(['read:Query.secret', 'read:Query.public']);
  });

  // Break: the call of `checkConfig` in plan/declare.ts.
  it.each<[string, object, RegExp]>([
    ['a field', { fields: { 'City.email': { explict: true } } }, /City.email: declares "explict".*mean "explicit"/],
    ['an argument', { arguments: { 'Mutation.addCity(name:)': { lookAt: [] } } }, /addCity\(name:\).*"looksAt"/],
    ['a type', { types: { Viewer: { opened: true } } }, /Viewer: declares "opened"/],
    ['an input', { inputs: { CityFilter: { entty: 'City' } } }, /CityFilter.*"entity"/],
    ['an input field', { inputFields: { 'CityFilter.density': { lookAt: [] } } }, /CityFilter.density.*"looksAt"/],
    ['an enum value', { enumValues: { 'CityOrder.DENSITY': { looksat: [] } } }, /CityOrder.DENSITY.*"looksAt"/],
  ])('a declaration that means nothing fails the build: of %s', (_, other, message) => {
    const declared = declare(buildSchema(sdl), config);
    expect(() => declare(declared, other as DeclarationConfig)).toThrow(message);
  });

  // Break: the call of `checkDeclarations` in plan/compile-schema/compile-schema.ts.
  it('also where it is written by hand', () => {
    const declared = declare(buildSchema(sdl), config);
    const city = declared.getType('City');
    if (!isObjectType(city)) throw new Error('there is no City');
    Object.assign(city.getFields()['crowd'] ?? {}, { extensions: { fieldpass: { explict: true } } });
    expect(() => compileSchema(declared)).toThrow(/City.crowd: declares "explict".*mean "explicit"/);
  });

  // Break: `unknown(…)` in `fieldsNamed`, plan/declare.ts.
  it('and so does one about something that does not exist', () => {
    expect(() => declare(buildSchema(sdl), { explicit: ['City.emial'] })).toThrow(/City.emial.*mean "email"/);
  });
});
