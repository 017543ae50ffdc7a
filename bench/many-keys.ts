/**
 * Lists, filters and look-ups among a million keys: `DATABASE_URL=postgres://… npx tsx bench/many-keys.ts`. They are made
 * by SQL in a database of their own, which is dropped afterwards. `KEYS` says how many.
 */
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Direction } from '../src/db/keyset-page.ts';
import { openDatabase } from '../src/db/open-database.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { findApiKeyByPublicId, findApiKeyBySecret } from '../src/keys/store/find-api-keys.ts';
import { findByPublicId } from '../src/keys/store/find-by-public-id.ts';
import { type ApiKeyFilter, listApiKeys } from '../src/keys/store/list-api-keys.ts';
import { type NamedOrder, namedPlace } from '../src/keys/store/named-order.ts';
import { onServer, urlOf } from '../test/support/test-templates.ts';
import { quantile, report } from './measure.ts';

const { DATABASE_URL, KEYS = '1000000' } = process.env;
if (!DATABASE_URL) throw new Error('Set DATABASE_URL');
const keys = Number(KEYS);
const applications = 1000;
const calls = 300;
const budgetMs = 20;
const name = `fieldpass_bench_${randomUUID().slice(0, 8)}`;
const now = Date.now();

await onServer(DATABASE_URL, (server) => server.unsafe(`CREATE DATABASE ${name}`));
try {
  const database = await openDatabase({ url: urlOf(DATABASE_URL, name), logger: createLogger('silent') });
  const started = performance.now();
  await onServer(urlOf(DATABASE_URL, name), async (server) => {
    await server.unsafe(`
      INSERT INTO application (id, name, owner_name, owner_email, created_at, updated_at)
      SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Application ' || n, 'Owner ' || n,
             'owner' || n || '@example.com', now(), now()
      FROM generate_series(1, ${applications}) n;
      INSERT INTO api_key (id, public_id, application_id, name, external_id, environment, type, privileges, expires_at,
                           not_before, disabled_at, revoked_at, deleted_at, purge_at, created_at, created_by, updated_at)
      SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, lpad(n::text, 12, 'k'),
             ('00000000-0000-4000-8000-' || lpad(to_hex(1 + n % ${applications}), 12, '0'))::uuid,
             'Key ' || (n % 50000), 'external-' || n, CASE WHEN n % 3 = 0 THEN 'TEST' ELSE 'LIVE' END,
             CASE WHEN n % 997 = 0 THEN 'MANAGEMENT' ELSE 'API' END, '{read:Query,read:City}',
             now() + (n % 100 - 5) * interval '1 day',
             CASE WHEN n % 5003 = 0 THEN now() + interval '1 day' END, CASE WHEN n % 4001 = 0 THEN now() END,
             CASE WHEN n % 3001 = 0 THEN now() END, CASE WHEN n % 7001 = 0 THEN now() END,
             CASE WHEN n % 7001 = 0 THEN now() + interval '30 days' END, now() - n * interval '1 second',
             ('00000000-0000-7000-9000-' || lpad(to_hex(997 * (1 + n % 1000)), 12, '0'))::uuid, now()
      FROM generate_series(1, ${keys}) n;
      INSERT INTO api_key_secret (id, api_key_id, hash, pepper_version, redacted, status, created_at, activated_at)
      SELECT ('00000000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid,
             ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
             sha256(n::text::bytea), 1, 'fieldpass_live_…', 'ACTIVE', now(), now()
      FROM generate_series(1, ${keys}) n`);
    await server.unsafe('VACUUM ANALYZE');
  });
  process.stdout.write(
    `${keys} keys of ${applications} applications, made in ${((performance.now() - started) / 1000).toFixed(0)} s\n`,
  );

  const { queries } = database;
  const any = () => 1 + Math.floor(Math.random() * keys);
  const uuid = (kind: string, n: number) => `00000000-0000-${kind}-${n.toString(16).padStart(12, '0')}`;
  const applicationId = () => uuid('4000-8000', 1 + (any() % applications));
  const page = (
    filter: () => ApiKeyFilter,
    field: NamedOrder['field'] = 'CREATED_AT',
    direction: Direction = 'DESC',
    visibility: 'ALL' | 'OWN' = 'ALL',
  ) => {
    const request = { after: undefined, before: undefined, limit: 21, backward: false };
    return async () => {
      const seen = visibility === 'ALL' ? 'ALL' : { applicationId: applicationId() };
      const rows = await listApiKeys(
        queries,
        { filter: filter(), visibility: seen, now },
        { field, direction },
        request,
      );
      return rows.length;
    };
  };
  const deep = async () => {
    const [key] = [await findApiKeyByPublicId(queries, String(any()).padStart(12, 'k'), 'ALL')];
    if (!key) throw new Error('there is no such key');
    const after = { key: namedPlace(key, 'NAME'), inclusive: false };
    const request = { after, before: undefined, limit: 21, backward: false };
    return (
      await listApiKeys(queries, { filter: {}, visibility: 'ALL', now }, { field: 'NAME', direction: 'ASC' }, request)
    ).length;
  };
  const asked: (readonly [string, () => Promise<unknown>])[] = [
    ['resolve a key that is not cached', () => findByPublicId(queries, String(any()).padStart(12, 'k'))],
    ['look up by public id', () => findApiKeyByPublicId(queries, String(any()).padStart(12, 'k'), 'ALL')],
    [
      'look up by hash',
      () => findApiKeyBySecret(queries, [createHash('sha256').update(String(any())).digest()], 'ALL'),
    ],
    [
      'look up a hash that nobody has',
      () => findApiKeyBySecret(queries, [createHash('sha256').update('x').digest()], 'ALL'),
    ],
    ['list, newest first', page(() => ({}))],
    ['list by name', page(() => ({}), 'NAME', 'ASC')],
    ['list by name from anywhere, and find that place', deep],
    ['list of one application', page(() => ({}), 'CREATED_AT', 'DESC', 'OWN')],
    ['list of one application by name', page(() => ({ applicationId: applicationId() }), 'NAME', 'ASC')],
    ['filter by name', page(() => ({ name: `Key ${any() % 50_000}` }))],
    ['filter by external id', page(() => ({ externalId: `external-${any()}` }))],
    ['filter by an external id that nobody has', page(() => ({ externalId: 'nobody' }))],
    ['filter by who made it', page(() => ({ createdBy: uuid('7000-9000', 997 * (1 + (any() % 1000))) }))],
    ['filter by expiry within two weeks', page(() => ({ expiresBefore: now + 14 * 86_400_000 }))],
    ['filter by an expiry long ago', page(() => ({ expiresBefore: now - 90 * 86_400_000 }))],
    ['filter by type MANAGEMENT', page(() => ({ type: 'MANAGEMENT' }))],
    ...(['ACTIVE', 'PENDING', 'DISABLED', 'EXPIRED', 'REVOKED', 'DELETED'] as const).flatMap(
      (status) =>
        [
          [`filter by status ${status}`, page(() => ({ status }))],
          [`filter by status ${status}, by name`, page(() => ({ status }), 'NAME', 'ASC')],
          [`filter by status ${status}, of one application`, page(() => ({ status }), 'CREATED_AT', 'DESC', 'OWN')],
        ] as const,
    ),
  ];
  asked.unshift(['nothing: what the way to the database costs here', () => database.rows(sql`SELECT 1`)]);
  for (const [what, ask] of asked) {
    for (let call = 0; call < 20; call++) await ask();
    const times: number[] = [];
    for (let call = 0; call < calls && times.reduce((sum, ms) => sum + ms, 0) < 5000; call++) {
      const began = performance.now();
      await ask();
      times.push(performance.now() - began);
    }
    const sorted = times.toSorted((left, right) => left - right);
    report(`${what}, p99`, quantile(sorted, 0.99), 'ms', budgetMs, `p50 ${quantile(sorted, 0.5).toFixed(2)} ms`);
  }
  await database.close();
} finally {
  await onServer(DATABASE_URL, (server) => server.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}
