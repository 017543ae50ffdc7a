import { z } from 'zod';
import { misspeltNames } from './misspelt-names.ts';
import { secretNames, sections } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly server: z.output<z.ZodObject<typeof sections.server>>;
  readonly database: z.output<z.ZodObject<typeof sections.database>>;
  readonly keys: z.output<z.ZodObject<typeof sections.keys>>;
  readonly limits: z.output<z.ZodObject<typeof sections.limits>>;
  readonly throttle: z.output<z.ZodObject<typeof sections.throttle>>;
  readonly usage: z.output<z.ZodObject<typeof sections.usage>>;
  readonly webhooks: z.output<z.ZodObject<typeof sections.webhooks>>;
  readonly telemetry: z.output<z.ZodObject<typeof sections.telemetry>>;
}

export type ConfigAnswer =
  | { readonly kind: 'VALID'; readonly config: Config }
  /** Each one line for a person: the variable, what is wrong and what is expected. */
  | { readonly kind: 'INVALID'; readonly problems: readonly string[] };

/** Reads every setting from the environment; `readFile` serves the `_FILE` variants of secrets. */
export function readConfig(environment: Environment, readFile: (path: string) => string): ConfigAnswer {
  const problems: string[] = [...misspeltNames(Object.keys(environment))];
  const values = withSecretFiles(environment, readFile, problems);
  const section = <Shape extends z.ZodRawShape>(shape: Shape) => readSection(shape, values, problems);
  const config: Partial<Config> = {};
  const read = {
    server: section(sections.server),
    database: section(sections.database),
    keys: section(sections.keys),
    limits: section(sections.limits),
    throttle: section(sections.throttle),
    usage: section(sections.usage),
    webhooks: section(sections.webhooks),
    telemetry: section(sections.telemetry),
  };
  Object.assign(config, read);
  if (needsPepper(environment, values)) {
    problems.push(
      'KEY_PEPPER: required with DATABASE_URL or NODE_ENV=production; expected 32 bytes in hex or base64 (openssl rand -hex 32)',
    );
  }
  const own = `${read.keys?.KEY_PREFIX}_`;
  const clash = read.keys?.KEY_IMPORT_PREFIXES.find((prefix) => own.startsWith(prefix) || prefix.startsWith(own));
  if (clash !== undefined) {
    problems.push(
      `KEY_IMPORT_PREFIXES: expected prefixes of other formats, got ${clash}, which keys of this server begin with`,
    );
  }
  if ((values['WEBHOOK_URL'] === undefined) !== (values['WEBHOOK_SECRET'] === undefined)) {
    problems.push('WEBHOOK_URL and WEBHOOK_SECRET: one is set; expected both or neither');
  }
  return problems.length > 0 ? { kind: 'INVALID', problems } : { kind: 'VALID', config: config as Config };
}

function withSecretFiles(
  environment: Environment,
  readFile: (path: string) => string,
  problems: string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && value !== '') values[name] = value;
  // Nobody waits for a development server to end; in production somebody has to notice that it will.
  if (environment['NODE_ENV'] === 'production') values['SHUTDOWN_DELAY'] ??= '5s';
  for (const name of secretNames) {
    const path = values[`${name}_FILE`];
    if (path === undefined) continue;
    if (values[name] !== undefined) problems.push(`${name}_FILE: ${name} is set too; expected only one of them`);
    try {
      values[name] = readFile(path).trim();
    } catch (cause) {
      problems.push(
        `${name}_FILE: cannot be read (${cause instanceof Error ? cause.message.split(',')[0] : 'unknown reason'})`,
      );
    }
  }
  return values;
}

function readSection<Shape extends z.ZodRawShape>(shape: Shape, values: Record<string, string>, problems: string[]) {
  const present = Object.fromEntries(
    Object.keys(shape).flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
  const answer = z.object(shape).safeParse(present);
  if (answer.success) return answer.data;
  for (const issue of answer.error.issues) {
    const name = String(issue.path[0]);
    const shown = secretNames.has(name)
      ? 'a value that is not shown'
      : JSON.stringify((values[name] ?? '').slice(0, 60));
    problems.push(`${name}: expected ${expectationOf(issue)}, got ${shown}`);
  }
  return undefined;
}

/** Of a union the last branch speaks: it is the general one. */
function expectationOf(issue: z.core.$ZodIssue): string {
  const inner = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined;
  return (inner ? inner.message : issue.message).replace(/^Invalid input: expected /, '');
}

function needsPepper(environment: Environment, values: Record<string, string>): boolean {
  if (values['KEY_PEPPER'] !== undefined) return false;
  return values['DATABASE_URL'] !== undefined || environment['NODE_ENV'] === 'production';
}
