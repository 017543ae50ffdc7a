/**
 * Three servers on one PostgreSQL under load, while keys are revoked: nothing that began after the receipt arrived may
 * succeed, on any of them; also while the connections that carry the news are killed or mute, and after a process was
 * stopped. Run by `npx tsx test/faults/revocation.fault.ts` with TEST_DATABASE_URL; loopback only, and it ends by itself.
 * FAULT_REVOCATIONS says how many keys are revoked under load, 100 without it; with each fault it is a tenth of that.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { onServer, urlOf } from '../support/test-templates.ts';
import { type Revocation, revoker } from './revoke-under-load.ts';
import { openStage } from './stage.ts';

const databaseServer = process.env['TEST_DATABASE_URL'];
if (!databaseServer) throw new Error('Set TEST_DATABASE_URL');
const revocations = Number(process.env['FAULT_REVOCATIONS'] ?? 100);
const few = Math.ceil(revocations / 10);
const leaseMs = 1000;
/** Keys that are revoked at the same time. */
const atOnce = 1;

const stage = openStage(300_000);
const database = `fieldpass_fault_${randomUUID().slice(0, 8)}`;
const { hostname, port } = new URL(databaseServer);
await onServer(databaseServer, (sql) => sql.unsafe(`CREATE DATABASE ${database}`));
const proxy = await startTcpProxy(hostname, Number(port || 5432));
try {
  const direct = urlOf(databaseServer, database);
  const through = new URL(direct);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const environment = {
    KEY_PEPPER: randomBytes(32).toString('hex'),
    DATA_DIR: mkdtempSync(join(tmpdir(), 'fieldpass-fault-')),
  };
  const first = await stage.server({ ...environment, DATABASE_URL: direct });
  const second = await stage.server({ ...environment, DATABASE_URL: direct });
  const behindProxy = await stage.server({ ...environment, DATABASE_URL: through.href });
  const servers = [first, second, behindProxy];
  const { revokeUnderLoad, settleDown } = await revoker(servers, first.adminKey ?? '');
  const killListeners = () =>
    onServer(direct, async (sql) => {
      const killed = await sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = ${database} AND application_name = 'fieldpass (listening)'`;
      stage.check('there are listeners to kill', killed.length > 0);
    });

  report('under load', await several(revocations, atOnce, (turn) => revokeUnderLoad({ by: turn % 3 })), {
    everybody: true,
  });

  const killed: Revocation[] = [];
  for (let turn = 0; turn < few; turn++) {
    killed.push(await revokeUnderLoad({ by: turn % 3, justBefore: killListeners }));
  }
  report('with the listening connections killed', killed, { everybody: true });

  proxy.blackHoleListeners(true);
  report(
    'with a listening connection that is mute',
    await several(few, atOnce, (turn) => revokeUnderLoad({ by: turn % 3 })),
    {
      everybody: true,
    },
  );
  proxy.blackHoleListeners(false);
  proxy.cut();
  await settleDown();

  const away: Revocation[] = [];
  for (let turn = 0; turn < few / 2; turn++) {
    const justBefore = async () => proxy.blackHole(true);
    away.push(await revokeUnderLoad({ by: turn % 2, justBefore, watchedForMs: 2500 }));
    proxy.blackHole(false);
    proxy.cut();
    await settleDown();
  }
  report('with an instance that reaches nobody', away, { everybody: false });

  const stopped: Revocation[] = [];
  for (let turn = 0; turn < few; turn++) {
    const justBefore = async () => second.signal('SIGSTOP');
    const afterwards = async () => {
      await pause(leaseMs / 2);
      second.signal('SIGCONT');
    };
    stopped.push(await revokeUnderLoad({ by: 0, justBefore, afterwards, watchedForMs: leaseMs }));
  }
  report('with an instance stopped for longer than a lease', stopped, { everybody: false });
} catch (error) {
  stage.check(`runs to its end: ${error instanceof Error ? error.stack : String(error)}`, false);
} finally {
  await proxy.close();
  await onServer(databaseServer, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
}
await stage.finish();

/** So many turns, some of them at the same time. */
async function several(
  turns: number,
  atOnce: number,
  take: (turn: number) => Promise<Revocation>,
): Promise<readonly Revocation[]> {
  const done: Revocation[] = [];
  let next = 0;
  const lane = async () => {
    while (next < turns) done.push(await take(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}

/** @param everybody whether all instances can acknowledge */
function report(
  what: string,
  revocations: readonly Revocation[],
  { everybody }: { readonly everybody: boolean },
): void {
  const tookMs = revocations.map((revocation) => revocation.tookMs).toSorted((left, right) => left - right);
  const sum = (of: (revocation: Revocation) => number) => revocations.reduce((total, one) => total + of(one), 0);
  const at = (share: number) =>
    (tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? 0).toFixed(0);
  const late = sum(({ successesAfter }) => successesAfter);
  stage.check(
    `${what}: of what began after the receipt nothing succeeds`,
    late === 0 && revocations.every(({ beganAfter }) => beganAfter.every((began) => began > 0)),
    `${revocations.length} revocations, ${late} successes among ${sum(({ beganAfter }) => beganAfter.reduce((a, b) => a + b, 0))} requests after the receipt and ${sum(({ successesBefore }) => successesBefore)} before it; median ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  // Where all are well it takes as long as the machine takes; where one is not, its lease decides.
  if (!everybody) {
    stage.check(`${what}: it takes no longer than a lease`, Number(at(0.5)) < leaseMs + 500, `longest ${at(1)} ms`);
  }
  const counts = revocations.map(({ acknowledged, total }) => `${acknowledged} of ${total}`).toSorted();
  stage.check(
    `${what}: the receipt says who knows of it`,
    // A machine that is busy with something else can take more than a lease away from an instance.
    counts.includes(everybody ? '3 of 3' : '2 of 3'),
    [...new Set(counts)].join(', '),
  );
}
