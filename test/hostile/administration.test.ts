import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importApiKeys } from '../../src/administration/import/import-api-keys.ts';
import type { Database } from '../../src/db/database.ts';
import { ownTime } from '../../src/db/shared-time.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { createTrustedDocuments } from '../../src/restrictions/trusted-documents.ts';
import { addExpiries } from '../../src/webhooks/outbox.ts';
import { startWebhooks } from '../../src/webhooks/start-webhooks.ts';
import { openWorld } from '../administration/support.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { testClock } from '../support/test-clock.ts';
import { openTestDatabase } from '../support/test-database.ts';

const github = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = github.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const published = JSON.stringify({ public_keys: [{ key_identifier: 'current', key: pem, is_current: true }] });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const makeApplication = `mutation { createApplication(input: { name: "A", ownerName: "Ada", ownerEmail: "ada@example.com" }) {
  application { id } } }`;
const makeKey = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }';
const updateApplication =
  'mutation ($input: UpdateApplicationInput!) { updateApplication(input: $input) { application { status } } }';
const importKeys = `mutation ($input: ImportApiKeysInput!) {
  importApiKeys(input: $input) { results { outcome code apiKey { id } } } }`;
const register = 'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { __typename } }';

let database: Database;
let test: TestApp;
beforeAll(async () => {
  database = await openTestDatabase();
  test = await openTestApp({
    environment: { KEY_IMPORT_PREFIXES: 'sk_live_', SECRET_SCANNING_PUBLIC_KEYS: published },
    overrides: { database },
  });
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

async function application(): Promise<string> {
  return (await test.management(test.adminKey, makeApplication)).body.data.createApplication.application.id;
}

async function keyOf(applicationId: string, input: object = {}): Promise<{ key: string; apiKey: { id: string } }> {
  const given = { applicationId, name: 'k', privileges: ['read:Query'], ...input };
  const { body } = await test.management(test.adminKey, makeKey, { input: given });
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.createApiKey;
}

describe('a management key that has no requests left', () => {
  let spent: string;
  beforeAll(async () => {
    const throttle = { requests: { max: 1, window: 'PT1H' } };
    const input = { type: 'MANAGEMENT', privileges: ['*'], grantable: ['*'], applicationScope: 'ALL', throttle };
    spent = (await keyOf(await application(), input)).key;
    await test.management(spent, '{ viewer { __typename } }');
    expect((await test.management(spent, '{ viewer { __typename } }')).codes).toEqual(['THROTTLED']);
  });

  const change = async (input: object) => (await test.management(spent, updateApplication, { input })).codes;

  it('stops all keys of an application, and deletes it', async () => {
    const id = await application();
    const { key } = await keyOf(id);
    expect(await change({ id, status: 'DISABLED' })).toEqual([]);
    expect((await test.graphql(key, '{ viewer { __typename } }')).codes).toEqual(['API_KEY_DISABLED']);
    const literal = `mutation { updateApplication(input: { id: "${id}", status: DISABLED }) { application { id } } }`;
    expect((await test.management(spent, literal)).codes).toEqual([]);
    const remove = 'mutation ($id: ID!) { deleteApplication(input: { id: $id }) { application { status } } }';
    expect((await test.management(spent, remove, { id })).codes).toEqual([]);
    expect((await test.graphql(key, '{ viewer { __typename } }')).codes).toEqual(['API_KEY_REVOKED']);
  });

  it('changes nothing else of an application, and does nothing else beside', async () => {
    const id = await application();
    for (const more of [
      { status: 'ACTIVE' },
      { name: 'x' },
      { status: 'DISABLED', note: null },
      {},
      { status: 'GONE' },
    ]) {
      expect(await change({ id, ...more }), JSON.stringify(more)).toEqual(['THROTTLED']);
    }
    const both = `mutation ($id: ID!) { updateApplication(input: { id: $id, status: DISABLED }) { __typename }
      rotateApiKey(input: { id: $id }) { __typename } }`;
    expect((await test.management(spent, both, { id })).codes).toEqual(['THROTTLED']);
  });
});

describe('a management key of scope OWN that imports', () => {
  it('reaches no other application, and learns nothing of its keys but that a text which it has is one', async () => {
    const [own, other] = [await application(), await application()];
    const { key: theirs } = await keyOf(other);
    const input = { type: 'MANAGEMENT', privileges: ['*:*'], grantable: ['read:City.name'], plan: 'ENTERPRISE' };
    const { key } = await keyOf(own, input);
    const row = { hash: sha256(theirs), prefix: 'sk_live_', name: 'n' };
    const into = async (applicationId: string, common: object, keys: readonly object[]) =>
      test.management(key, importKeys, {
        input: { applicationId, privileges: ['read:City.name'], ...common, keys },
      });
    expect((await into(other, {}, [row])).codes).toEqual(['NOT_FOUND']);
    const { body } = await into(own, {}, [row, { ...row, hash: sha256('x'), privileges: ['*'] }]);
    expect(body.data.importApiKeys.results).toEqual([
      { outcome: 'DUPLICATE', code: null, apiKey: null },
      { outcome: 'INVALID', code: 'PRIVILEGE_ESCALATION', apiKey: null },
    ]);
    const measure = await into(own, { enforcement: { privileges: 'MEASURE' } }, [{ ...row, hash: sha256('y') }]);
    expect(measure.body.data.importApiKeys.results[0].code).toBe('PRIVILEGE_ESCALATION');
  });

  it('has the same rules of many keys read and compared once: nobody else has a turn meanwhile', async () => {
    const own = await openTestDatabase();
    const { services, root, application: makeOwner, resolver } = await openWorld(own);
    let asked = 0;
    const schemas = {
      ...services.schemas,
      get API() {
        asked += 1;
        return services.schemas.API;
      },
    };
    const applicationId = (await makeOwner()).id;
    const askedFor = async (count: number) => {
      asked = 0;
      const keys = Array.from({ length: count }, (_, index) => ({
        hash: sha256(`${count} ${index}`),
        algorithm: 'SHA256' as const,
        name: 'n',
      }));
      const common = { applicationId, environment: 'LIVE', privileges: ['read:City.name', 'read:City.id'] } as const;
      const results = await importApiKeys({ ...services, schemas }, root, { ...common, keys });
      expect(results.every(({ outcome }) => outcome === 'IMPORTED')).toBe(true);
      return asked;
    };
    expect(await askedFor(200)).toBe(await askedFor(1));
    await resolver.close();
    await own.close();
  });

  it('imports a hash once, however many calls bring it at a time', async () => {
    const id = await application();
    const input = { applicationId: id, privileges: [], keys: [{ hash: sha256('race'), name: 'n' }] };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => test.management(test.adminKey, importKeys, { input })),
    );
    const outcomes = answers.flatMap(({ body }) =>
      body.data.importApiKeys.results.map((one: { outcome: string }) => one.outcome),
    );
    expect(outcomes.toSorted()).toEqual(['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'IMPORTED']);
  });
});

describe('a report of a leak', () => {
  it('leaves no key of another format in the audit log, though the place where it was found is named after it', async () => {
    const token = `sk_live_${sha256('leaked').slice(0, 24)}`;
    const input = { applicationId: await application(), privileges: [], keys: [{ hash: sha256(token), name: 'n' }] };
    await test.management(test.adminKey, importKeys, { input });
    const report = JSON.stringify([{ token, type: 't', url: `https://example.com/?key=${token}` }]);
    const response = await test.fetch('/secret-scanning', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Github-Public-Key-Identifier': 'current',
        'Github-Public-Key-Signature': sign('sha256', Buffer.from(report), github.privateKey).toString('base64'),
      },
      body: report,
    });
    expect((await response.json())[0].label).toBe('true_positive');
    const events = await database.rows(sql`SELECT * FROM audit_event WHERE action = 'api_key.exposed'`);
    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain(token);
    expect(test.log.join('')).not.toContain(token);
  });
});

describe('a report that begins with the key of who sends it', () => {
  it('is dealt with to its end, and that key last', async () => {
    const id = await application();
    const reporter = await keyOf(id, { type: 'MANAGEMENT', privileges: ['*:*'] });
    const { key: victim } = await keyOf(id);
    const others = Array.from({ length: 150 }, (_, index) => `no key ${index}`);
    const report = 'mutation ($input: ReportLeakedApiKeysInput!) { reportLeakedApiKeys(input: $input) { status } }';
    const input = { keys: [reporter.key, ...others, victim] };
    expect((await test.management(reporter.key, report, { input })).codes).toEqual([]);
    expect((await test.graphql(victim, '{ viewer { __typename } }')).codes).toEqual(['API_KEY_DISABLED']);
    expect((await test.management(reporter.key, '{ viewer { __typename } }')).codes).toEqual(['API_KEY_DISABLED']);
  });
});

describe('the log', () => {
  it('does not quote the rows that PostgreSQL quotes in its errors', () => {
    const lines: string[] = [];
    const logger = createLogger('debug', { write: (line: string) => void lines.push(line) });
    const refused = Object.assign(new Error('duplicate key value'), {
      detail: 'Key (hash)=(\\\\x0af3) already exists.',
    });
    logger.warn({ err: refused }, 'a statement was refused');
    expect(lines.join('')).toContain('duplicate key value');
    expect(lines.join('')).not.toContain('0af3');
  });
});

describe('trusted documents', () => {
  it('that nobody registered are not looked for in the database each time, and are there once registered', async () => {
    const clock = testClock();
    const documents = createTrustedDocuments(database.queries, clock);
    const hash = sha256('{ __typename }');
    const before = database.statements;
    for (let time = 0; time < 5; time++) expect(await documents.find(hash)).toBeUndefined();
    expect(database.statements - before).toBe(1);

    const { key } = await test.createKey(['read:Query']);
    const headers = { 'Content-Type': 'application/json', 'X-API-Key': key };
    const byName = () =>
      test.fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ documentId: hash }) });
    expect((await (await byName()).json()).errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    const input = { documents: ['{ __typename }'] };
    expect((await test.management(test.adminKey, register, { input })).codes).toEqual([]);
    expect((await (await byName()).json()).data).toEqual({ __typename: 'Query' });

    expect(await documents.find(hash)).toBeUndefined();
    clock.advance(1_000);
    expect(await documents.find(hash)).toBe('{ __typename }');
  });

  it('have an end', async () => {
    await database.rows(sql`INSERT INTO document (hash, text, created_at, created_by)
      SELECT encode(sha256(n::text::bytea), 'hex'), n::text, now(), gen_random_uuid()
      FROM generate_series((SELECT count(*) FROM document) + 1, 9999) n`);
    const more = async (...documents: string[]) =>
      (await test.management(test.adminKey, register, { input: { documents } })).codes;
    expect(await more('{ a: __typename }', '{ b: __typename }')).toEqual(['DOCUMENT_LIMIT_EXCEEDED']);
    expect(await more('{ a: __typename }')).toEqual([]);
    expect(await more('{ a: __typename }')).toEqual([]);
    expect(await more('{ b: __typename }')).toEqual(['DOCUMENT_LIMIT_EXCEEDED']);
  });
});

describe('webhooks whose clock was set back a day', () => {
  it('go on announcing the ends of keys', async () => {
    const clock = testClock(test.clock.now() + 86_400_000);
    let back = 0;
    const setBack = { now: () => clock.now() - back, monotonic: () => clock.monotonic() };
    const webhooks = startWebhooks({
      database,
      clock: setBack,
      time: ownTime(setBack),
      logger: createLogger('silent'),
      receiver: { url: 'http://127.0.0.1:9', secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
      random: () => 0,
    });
    await webhooks.run();
    const { id } = await test.createKey([], { expiresAt: new Date(test.clock.now() + 86_400_000).toISOString() });
    back = 86_400_000;
    clock.advance(60_000);
    await webhooks.run();
    const announced = await database.rows<{ payload: { data: { apiKey: { id: string } } } }>(
      sql`SELECT payload FROM outbox WHERE type = 'api_key.expiring'`,
    );
    await webhooks.close();
    expect(announced.map(({ payload }) => payload.data.apiKey.id)).toContain(id);
  });
});

describe('more keys than one run announces', () => {
  it('are all announced before they expire', async () => {
    const { id } = await test.createKey(['read:Query']);
    const keyId = Buffer.from(id, 'base64').toString().slice('ApiKey:'.length);
    await database.rows(sql`INSERT INTO api_key
      SELECT (json_populate_record(k, json_build_object('id', gen_random_uuid(),
        'public_id', lpad(n::text, 12, 'x'), 'expires_at', ${new Date(test.clock.now() + 86_400_000).toISOString()}::text))).*
      FROM api_key k, generate_series(1, 1010) n WHERE k.id = ${keyId}::uuid`);
    expect(await addExpiries(database, test.clock.now())).toBe(1000);
    expect(await addExpiries(database, test.clock.now())).toBe(10);
    expect(await addExpiries(database, test.clock.now())).toBe(0);
  });
});
