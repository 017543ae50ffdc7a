import { existsSync, readFileSync } from 'node:fs';
import { createApp } from './app.ts';
import { banner } from './commands/banner.ts';
import { configuredKeyShapes } from './compose/configured.ts';
import { readConfig } from './config/read-config.ts';
import { createLogger } from './kernel/logger.ts';
import { StartError } from './kernel/start-error.ts';

/**
 * Within so many milliseconds two signals are one: a terminal, or systemd, sends it to all processes of a group, and npm,
 * which is one of them, passes it on.
 */
const oneSignalMs = 500;

/** The edge of the process: environment in, server up, signals down. */
async function main(): Promise<void> {
  loadEnvironmentFile();
  const answer = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
  if (answer.kind === 'INVALID') throw new StartError(answer.problems.join('; '));
  const { config } = answer;
  const terminal = process.stdout.isTTY === true;

  // A person who starts it wants to see the addresses; whoever sets LOG_LEVEL wants to see the log.
  const level = terminal && process.env['LOG_LEVEL'] === undefined ? 'warn' : config.server.LOG_LEVEL;
  const logger = createLogger(level, undefined, configuredKeyShapes(config).redact);
  // graphql-js can leave a promise of a list behind that rejects when a sibling already failed: no reason to end.
  process.on('unhandledRejection', (err) => logger.error({ err }, 'unhandled rejection'));
  const app = await createApp(config, { logger, onSeedProgress: progressOn(process.stderr) });
  // Before anybody can see that it listens. A second signal does not wait: whoever sends it twice means it.
  let stoppingSince: number | undefined;
  const stop = (): void => {
    const now = performance.now();
    if (stoppingSince !== undefined && now - stoppingSince < oneSignalMs) return;
    if (stoppingSince !== undefined) process.exit(1);
    stoppingSince = now;
    app.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error, 'stop cleanly'),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  let addresses: Awaited<ReturnType<typeof app.listen>>;
  try {
    addresses = await app.listen();
  } catch (error) {
    await app.close();
    throw error;
  }
  const lines = banner({ config, addresses, firstKeys: app.firstKeys });
  if (terminal) process.stdout.write(`${lines}\n`);
  else
    process.stdout.write(
      `${JSON.stringify({ level: 30, time: new Date().toISOString(), ...addresses, msg: 'listening' })}\n`,
    );
}

/** One line on the same place of a terminal, some lines in a log. */
function progressOn(stream: NodeJS.WriteStream): (progress: { done: number; total: number }) => void {
  let shown = -1;
  return ({ done, total }) => {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    if (percent === shown || (!stream.isTTY && percent < shown + 25 && percent < 100)) return;
    shown = percent;
    stream.write(
      `${stream.isTTY ? '\r' : ''}Seeding places: ${done} of ${total} cities (${percent} %)${stream.isTTY && percent < 100 ? '' : '\n'}`,
    );
  };
}

function loadEnvironmentFile(): void {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    throw new StartError(`.env cannot be read (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

/** One line for people, whatever it is. */
function fail(error: unknown, what = 'start'): never {
  const message = error instanceof Error ? error.message : String(error);
  const reason = error instanceof StartError ? message : `unexpected error: ${message.replaceAll(/\s*\n\s*/g, ' ')}`;
  process.stderr.write(`fieldpass cannot ${what}: ${reason}\n`);
  process.exit(1);
}

main().catch((error: unknown) => fail(error));
