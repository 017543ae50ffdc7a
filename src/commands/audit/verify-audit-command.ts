import { parseArgs } from 'node:util';
import { type ChainHead, createChainVerifier, formatHead, parseHead } from '../../audit/chain-verifier.ts';
import { ManagementError, managementClient, type SendOperation } from '../management-client.ts';
import { readChain } from './read-chain.ts';

export const verifyAuditUsage = `npm run audit:verify -- [options]

Reads the audit chain of a running server through its management API, computes it again, and prints its head.
Needs a key of applicationScope ALL with read:Query.auditEvents, read:AuditEvent, read:Query.apiKey and
read:ApiKey.applicationScope.

  --url URL         the management API (http://localhost:4000/admin/graphql)
  --key-file FILE   holds the key (.fieldpass/admin.key); the variable FIELDPASS_ADMIN_KEY goes before it
  --head HEAD       the head of an earlier run, or a file that holds it: finds an end that was cut off
  --export FILE     writes the head there. Keep it where an administrator of the database cannot write

Exit code 0: intact; 1: an entry was edited or removed; 2: it could not be verified.
`;

export interface CommandWorld {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof fetch;
  readonly readFile: (path: string) => string;
  readonly writeFile: (path: string, text: string) => void;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Answers the exit code. */
export async function verifyAuditCommand(world: CommandWorld): Promise<number> {
  try {
    const options = readOptions(world);
    if (options === 'HELP') {
      world.print(verifyAuditUsage);
      return 0;
    }
    const { url, key, known, exportTo } = options;
    const send = managementClient({ url, key, fetch: world.fetch });
    await requireScopeAll(send);
    return await verify(world, send, known, exportTo);
  } catch (error) {
    // Whatever it is: an exit code of 1 would say that the chain was edited.
    const message = error instanceof Error ? error.message : String(error);
    const isExpected = error instanceof ManagementError || error instanceof UsageError;
    world.complain(isExpected ? message : `The chain could not be verified: ${message}`);
    return 2;
  }
}

async function verify(
  { print, complain, writeFile }: CommandWorld,
  send: SendOperation,
  known: ChainHead | undefined,
  exportTo: string | undefined,
): Promise<number> {
  const verifier = createChainVerifier(known);
  for await (const page of readChain(send)) {
    if (!page.every((link) => verifier.add(link))) break;
  }
  const verdict = verifier.verdict();
  switch (verdict.kind) {
    case 'BROKEN':
      complain(`The chain is broken at entry ${verdict.seq}: it, or one right before it, was edited or removed.`);
      return 1;
    case 'TRUNCATED':
      complain(
        `The chain was cut off or written anew: it does not hold the entry of the given head. It ends with ${formatHead(verdict.head)} after ${verdict.entries} entries.`,
      );
      return 1;
    case 'INTACT':
      print(`The chain is intact: ${verdict.entries} entries.`);
      print(`head ${formatHead(verdict.head)}`);
      if (exportTo !== undefined) asUsageError(() => writeFile(exportTo, `${formatHead(verdict.head)}\n`));
      return 0;
  }
}

/** A key that sees a part of the chain would find it broken, or, worse, take a part for the whole. */
async function requireScopeAll(send: SendOperation): Promise<void> {
  const { viewer } = await send('{ viewer { apiKey { id } } }');
  const { apiKey } = await send('query Scope($id: ID!) { apiKey(id: $id) { applicationScope } }', {
    id: viewer.apiKey.id,
  });
  if (apiKey?.applicationScope === 'ALL') return;
  throw new UsageError(
    'The key has applicationScope OWN and sees the events of its own application only: the chain can only be verified as a whole. Use a key of scope ALL.',
  );
}

class UsageError extends Error {}

interface Options {
  readonly url: string;
  readonly key: string;
  readonly known: ChainHead | undefined;
  readonly exportTo: string | undefined;
}

function readOptions({ arguments: args, environment, readFile }: CommandWorld): Options | 'HELP' {
  const { values } = asUsageError(() =>
    parseArgs({
      args: [...args],
      options: {
        url: { type: 'string', default: 'http://localhost:4000/admin/graphql' },
        'key-file': { type: 'string' },
        head: { type: 'string' },
        export: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) return 'HELP';
  if (!URL.canParse(values.url)) throw new UsageError('--url: expected the URL of the management API');
  const file = (path: string): string => asUsageError(() => readFile(path).trim());
  const given = values['key-file'] === undefined ? environment['FIELDPASS_ADMIN_KEY'] : undefined;
  return {
    url: values.url,
    key: given ?? file(values['key-file'] ?? '.fieldpass/admin.key'),
    known: values.head === undefined ? undefined : headOf(values.head, file),
    exportTo: values.export,
  };
}

function headOf(text: string, file: (path: string) => string): ChainHead {
  const head = parseHead(text) ?? parseHead(file(text));
  if (head) return head;
  throw new UsageError('--head: expected <hash>:<seq> as an earlier run printed it, or a file that holds that');
}

function asUsageError<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause));
  }
}
