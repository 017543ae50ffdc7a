import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  expectRefused,
  expectServed,
  list,
  openStage,
  type Reviewed,
  type Stage,
  surfaces,
  weakRules,
} from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

const createKey = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }';
const updateKey = 'mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey { id } } }';
const revokeKey = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { livingDescendants } }';

/** Fields that show what stands in others too, and need those (`privilege: { reads }`). */
const shownBy: Readonly<Record<string, readonly string[]>> = { 'ApiKey.redactedKey': ['publicId', 'environment'] };

/** Keys of both surfaces are issued on the management API; their rules name the surface that they are for. */
describe.each(surfaces)('keys for $path', (surface) => {
  const { type, secret, name, hidden } = surface;
  let own: Reviewed;
  beforeAll(() => {
    own = stage.of[name];
  });
  const manage = (actor: string, mutation: string, input: object) =>
    stage.of.MANAGEMENT.ask(actor, mutation, { input });
  const mint = (actor: string, privileges: readonly string[], more: object = {}) =>
    manage(actor, createKey, {
      applicationId: stage.of.MANAGEMENT.hiddenId,
      name: `minted for ${name}`,
      type: name,
      privileges,
      ...more,
    });
  /** A manager of one application who can give these rules to keys of the surface. */
  const issuer = (rules: readonly string[], more: object = {}) => {
    const acting = ['*:Mutation', '*:ApiKey', '*:CreateApiKeyPayload', '*:RevokeApiKeyPayload'];
    return name === 'API'
      ? stage.of.MANAGEMENT.key(acting, { grantable: rules, ...more })
      : stage.of.MANAGEMENT.key([...acting, ...rules], { grantable: [], ...more });
  };

  it.each([
    ['a part of a name', `read:${type}.na*`],
    ['a part of a type', `read:${type.slice(0, 2)}*`],
    ['two stars', 'read:**'],
    ['another case', `read:${type.toLowerCase()}.name`],
    ['another case of a verb', `READ:${type}.name`],
    ['an unknown verb', `delete:${type}`],
    ['a dot and nothing', 'read:*.'],
    ['a type and nothing', `read:${type}.`],
    ['no type', 'read:.name'],
    ['a path', `read:${type}.name.length`],
    ['a space before', ` read:${type}.name`],
    ['a space after', `read:${type}.name `],
    ['a line after', `read:${type}.name\n`],
    ['a space within', `read: ${type}.name`],
    ['two denials', `!!read:${type}`],
    ['a denial of nothing', '!'],
    ['nothing', ''],
    ['letters that look alike', `read:${type.replace('i', 'і').replace('A', 'А')}.name`],
    ['a letter and an accent', `read:${type}.náme`],
    ['__proto__', '__proto__'],
    ['__proto__ as a type', 'read:__proto__'],
    ['__proto__ as a field', `read:${type}.__proto__`],
    ['constructor', 'constructor'],
    ['constructor as a type', 'read:constructor.name'],
    ['constructor as a field', `read:${type}.constructor`],
    ['an unknown field', `read:${type}.zebra`],
    ['a list in a text', `read:${type}.id,read:${type}.name`],
  ])('T32 a rule that is a trap is refused when it is given: %s', async (_, rule) => {
    for (const privileges of [[rule], [`read:${type}.id`, rule], [`!${rule}`]]) {
      const { body, codes } = await mint(stage.test.adminKey, privileges);
      expect([codes, body.data], JSON.stringify(privileges)).toEqual([['PRIVILEGE_INVALID'], null]);
    }
  });

  it('T32 and so are too many rules, 257 or 10,000', async () => {
    const many = Array.from({ length: 257 }, () => `read:${type}.id`);
    for (const privileges of [many, Array.from({ length: 10_000 }, () => '*')]) {
      expect((await mint(stage.test.adminKey, privileges)).codes).toEqual(['PRIVILEGE_INVALID']);
    }
    expect(await stage.of.MANAGEMENT.countNamed(`minted for ${name}`)).toBe(0);
  });

  it('T33 a denial wins over every allowance, in the gate and in the view, in any order', async () => {
    const rules = [`!read:${type}.${secret}`, 'read:*', `read:${type}`, `read:${type}.${secret}`];
    for (const privileges of [rules, [...rules].reverse()]) {
      const { key } = await own.key(privileges);
      expectServed(await own.ask(key, `{ ${list(surface, 'id name')} }`));
      expectRefused(await own.ask(key, `{ ${list(surface, secret)} }`), `read:${type}.${secret}`);
      const { body } = await own.ask(key, `{ __type(name: "${type}") { fields { name } } viewer { privileges } }`);
      const fields = body.data.__type.fields.map((field: { name: string }) => field.name);
      expect(fields).toContain('name');
      expect(fields).not.toContain(secret);
      expect(body.data.viewer.privileges).toContain(`read:${type}.name`);
      expect(body.data.viewer.privileges).not.toContain(`read:${type}.${secret}`);
    }
  });

  // A column cannot be added while a server runs; the fields are asked of the schema, so that new ones are among them.
  it('T34 a wildcard reads whatever fields a type has, but for explicit ones; a list of names reads those', async () => {
    const { body } = await own.ask(
      own.strong,
      `{ __type(name: "${type}") { fields { name args { name } type { kind ofType { kind } } } } }`,
    );
    const explicit = name === 'API' ? ['contributorEmail'] : [];
    const isLeaf = (one: { type: { kind: string; ofType: { kind: string } | null } }) =>
      /SCALAR|ENUM/.test(one.type.kind === 'NON_NULL' ? (one.type.ofType?.kind ?? '') : one.type.kind);
    const leaves: string[] = body.data.__type.fields.filter(isLeaf).map((one: { name: string }) => one.name);
    expect(leaves.length).toBeGreaterThan(7);
    const open = leaves.filter((field) => !explicit.includes(field));
    const all = `{ ${list(surface, open.join(' '))} }`;
    const root = [`read:Query.${surface.root}`];

    const { key: wildcard } = await own.key([...root, `read:${type}.*`]);
    expectServed(await own.ask(wildcard, all));
    for (const field of explicit) {
      expectRefused(await own.ask(wildcard, `{ ${list(surface, field)} }`), `read:${type}.${field}`);
      const { key: named } = await own.key([...root, `read:${type}.${field}`]);
      expectServed(await own.ask(named, `{ ${list(surface, field)} }`));
    }

    const { key: exact } = await own.key([...root, `read:${type}.id`, `read:${type}.name`]);
    expectServed(await own.ask(exact, `{ ${list(surface, 'id name')} }`));
    for (const field of leaves.filter((one) => one !== 'id' && one !== 'name')) {
      const shows = [field, ...(shownBy[`${type}.${field}`] ?? [])];
      const required = shows.map((one) => `read:${type}.${one}`);
      expectRefused(await own.ask(exact, `{ ${list(surface, `name ${field}`)} }`), ...required);
    }
  });

  it('T35 rules are compared as they are written, not by what the schema has today', async () => {
    // Everything that there is, type by type: today this is as much as the lone `read:*`.
    const { body } = await own.ask(own.strong, '{ viewer { privileges } }');
    const types = [...new Set(body.data.viewer.privileges.map((rule: string) => /:(\w+)/.exec(rule)?.[1]))];
    const { key: byType } = await issuer(types.map((one) => `read:${one}`));
    const { key: byField } = await issuer([`read:${hidden}.id`, `read:${hidden}.name`]);
    const { key: threeVerbs } = await issuer(['read', 'write', 'update'].map((verb) => `${verb}:${hidden}`));
    const { key: two } = await issuer(['read', 'write'].map((verb) => `${verb}:${hidden}`));
    const codesOf = async (actor: string, ...privileges: readonly string[]) => (await mint(actor, privileges)).codes;

    for (const beyond of ['read:*', '*', 'read:*.*', '*:*']) {
      expect(await codesOf(byType, beyond), beyond).toEqual(['PRIVILEGE_ESCALATION']);
    }
    expect(await codesOf(byType, ...types.map((one) => `read:${one}.*`))).toEqual([]);
    expect(await codesOf(byField, `read:${hidden}.*`)).toEqual(['PRIVILEGE_ESCALATION']);
    expect(await codesOf(byField, `read:${hidden}.name`)).toEqual([]);
    expect(await codesOf(threeVerbs, `*:${hidden}.*`)).toEqual([]);
    expect(await codesOf(two, `*:${hidden}.*`)).toEqual(['PRIVILEGE_ESCALATION']);
    expect(await codesOf(two, `*:${hidden}.*`, `!update:${hidden}`)).toEqual([]);
  });

  // What an issuer loses later does not reach down by itself; ending it takes along what it made, when that is asked for.
  it('T36 an issuer that is cut down makes no more of what it lost, and takes its keys along when it is revoked', async () => {
    const rules = weakRules(surface);
    const { id, key } = await issuer(rules);
    const made = await mint(key, rules);
    const child = made.body.data.createApiKey;
    expectServed(await own.ask(child.key, `{ ${list(surface, 'name')} }`));

    const lost = `read:${type}.name`;
    const less = name === 'API' ? { grantable: rules.filter((rule) => rule !== lost) } : { removePrivileges: [lost] };
    // `*:ApiKey` gives the name again: here the denial takes it.
    const denial = name === 'API' ? {} : { addPrivileges: [`!${lost}`] };
    expectServed(await manage(stage.test.adminKey, updateKey, { id, ...less, ...denial }));
    expect((await mint(key, rules)).codes).toEqual(['PRIVILEGE_ESCALATION']);
    expect((await manage(key, updateKey, { id: child.apiKey.id, note: 'still mine' })).codes).toEqual([
      'PRIVILEGE_ESCALATION',
    ]);
    expectServed(await own.ask(child.key, `{ ${list(surface, 'name')} }`));

    expectServed(await manage(stage.test.adminKey, revokeKey, { id, descendants: 'REVOKE' }));
    expect((await own.ask(child.key, `{ ${list(surface, 'name')} }`)).codes).toEqual(['API_KEY_REVOKED']);
    expect((await mint(key, [])).codes).toEqual(['API_KEY_REVOKED']);
  });

  it('T36 a key makes itself and what it made no stronger, by any field of an input', async () => {
    const given = [`read:${type}.name`];
    const { id, key } = await issuer(given);
    const child = (await mint(key, given)).body.data.createApiKey.apiKey.id;
    const beyond = ['read:Query', `read:${hidden}`];
    const role = await stage.of.MANAGEMENT.ask(
      stage.test.adminKey,
      'mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }',
      { input: { name: `T36 ${name}`, type: name, privileges: beyond } },
    );
    const roleIds = [role.body.data.createRole.role.id];
    const changes: readonly object[] = [
      { id: child, privileges: beyond },
      { id: child, addPrivileges: ['read:*'] },
      { id: child, roleIds },
      { id, addPrivileges: ['read:Application'] },
      { id, privileges: ['*'] },
      { id, grantable: ['*'] },
      { id, applicationScope: 'ALL' },
    ];
    for (const input of changes) {
      expect((await manage(key, updateKey, input)).codes, JSON.stringify(input)).toEqual(['PRIVILEGE_ESCALATION']);
    }
    expect((await mint(key, given, { roleIds })).codes).toEqual(['PRIVILEGE_ESCALATION']);
    expect((await mint(key, beyond)).codes).toEqual(['PRIVILEGE_ESCALATION']);
    // There is no limit of generations: each is within the one before it.
    expectServed(await manage(key, updateKey, { id: child, privileges: [] }));
  });

  it('T36 no management key outlives its issuer, and it may not prolong itself', async () => {
    const day = 86_400_000;
    const soon = new Date(stage.test.clock.now() + day).toISOString();
    const later = new Date(stage.test.clock.now() + 2 * day).toISOString();
    const { id, key } = await issuer([`read:${type}.name`], { expiresAt: soon });
    const made = await manage(key, createKey, {
      applicationId: stage.of.MANAGEMENT.hiddenId,
      name: 'successor',
      type: 'MANAGEMENT',
      privileges: [],
      expiresAt: later,
    });
    expect(made.codes).toEqual(['PRIVILEGE_ESCALATION']);
    expect((await manage(key, updateKey, { id, expiresAt: later })).codes).toEqual(['PRIVILEGE_ESCALATION']);
    expect(await stage.of.MANAGEMENT.countNamed('successor')).toBe(0);
  });
});
