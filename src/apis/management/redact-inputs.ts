import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import { isPlainObject } from '../../kernel/is-plain-object.ts';
import { redactTexts } from '../../kernel/redact-texts.ts';

/** Mutations that are told keys, or look for them themselves: nothing that they are told of a key is kept. */
const aboutKeys: ReadonlySet<string> = new Set(['reportLeakedApiKeys', 'registerDocuments']);

/** What people write for people. It decides nothing, so that it may be kept without a part of it. */
const prose: ReadonlySet<string> = new Set(['name', 'note', 'reason', 'metadata', 'ownerName']);

/**
 * Installs on each mutation that names, notes, reasons and whatever else an administrator writes for people reach the use
 * cases without what has a key's shape: they are kept, shown to others, written to the audit chain and sent to webhooks. A
 * text that decides something (a restriction, a privilege, an id, an etag) is refused instead: with a part of it gone it would
 * decide something else, and two of them might become one.
 */
export function redactInputs(schema: GraphQLSchema, redact: (text: string) => string): GraphQLSchema {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    if (aboutKeys.has(name)) continue;
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context, info) => resolve(source, withoutKeys(args, redact), context, info);
  }
  return schema;
}

type Arguments = Readonly<Record<string, unknown>>;

function withoutKeys(args: Arguments, redact: (text: string) => string): Arguments {
  const members = Object.entries(args).map(
    ([name, value]) => [name, memberWithoutKeys([name], value, redact)] as const,
  );
  return members.every(([name, value]) => value === args[name]) ? args : Object.fromEntries(members);
}

function memberWithoutKeys(path: Path, value: unknown, redact: (text: string) => string): unknown {
  if (prose.has(String(path.at(-1)))) return redactTexts(value, redact);
  if (typeof value === 'string' && redact(value) !== value) {
    const last = path.findLast((step) => typeof step === 'string');
    throw codedError('BAD_USER_INPUT', `"${last}" contains something that looks like a key.`, { argument: path });
  }
  if (Array.isArray(value)) return value.map((item, index) => memberWithoutKeys([...path, index], item, redact));
  // Dates and other instances are no JSON: they stay what they are.
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [name, memberWithoutKeys([...path, name], member, redact)] as const,
  );
  return members.every(([name, member]) => member === value[name])
    ? value
    : Object.assign(Object.create(null), Object.fromEntries(members));
}

type Path = readonly (string | number)[];
