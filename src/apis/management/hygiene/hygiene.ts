import { type FindingPlace, type FindingSelection, placeOf } from '../../../administration/hygiene/find-findings.ts';
import { describeFinding, type HygieneFinding, hygieneKinds } from '../../../administration/hygiene/finding.ts';
import { countFindings, listFindings } from '../../../administration/hygiene/list-findings.ts';
import { codedError } from '../../../kernel/errors.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { type Connection, defaultPageSize, largestPageSize } from '../../shared/connection.ts';
import type { CursorCodec, CursorKey } from '../../shared/cursor.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import { cursorsOf, type ManagementBuilder, type ManagementContext } from '../context.ts';

/** What a finding shows something of, by its kind and by being there: only keys that work are looked at. */
const foundIn = [
  'ApiKey.status',
  'ApiKey.expiresAt',
  'ApiKey.lastUsedAt',
  'ApiKey.restrictions',
  'ApiKey.effectivePrivileges',
  'ApiKeySecret.createdAt',
] as const;

export function addHygiene(builder: ManagementBuilder, ApiKey: ApiKeyRef): void {
  const HygieneFindingKind = builder.enumType('HygieneFindingKind', {
    values: {
      NEVER_EXPIRES: {},
      IDLE: { description: 'Not used for 90 days.' },
      UNRESTRICTED: { description: 'No address, referrer or app restricts where it works.' },
      WILDCARDS: { description: 'Over-privileged: its own rules, or those of its roles, have wildcards.' },
      UNUSED_PRIVILEGES: { description: 'Over-privileged: it did not use some of its own rules for 90 days.' },
      OLD_SECRET: { description: 'Its secret is more than 180 days old.' },
      OLD_PEPPER: { description: 'A secret of it is stored under a former pepper.' },
    } satisfies Record<HygieneFinding['kind'], object>,
  });
  const Finding = builder.objectRef<HygieneFinding>('HygieneFinding').implement({
    description: 'Something about a key that works which should be better.',
    fields: (t) => ({
      kind: t.expose('kind', { type: HygieneFindingKind, nullable: false, privilege: { reads: [...foundIn] } }),
      apiKey: t.field({ type: ApiKey, resolve: ({ apiKeyId }) => apiKeyId }),
      message: t.string({
        nullable: false,
        description: 'What it is, and what helps.',
        privilege: { reads: [...foundIn] },
        resolve: describeFinding,
      }),
      since: t.expose('since', {
        type: 'DateTime',
        nullable: false,
        privilege: { reads: ['ApiKey.createdAt', 'ApiKey.lastUsedAt', 'ApiKeySecret.createdAt'] },
      }),
      rules: t.stringList({
        nullable: false,
        description: 'Of WILDCARDS and UNUSED_PRIVILEGES: the rules that are meant.',
        privilege: { reads: ['ApiKey.effectivePrivileges'] },
        resolve: ({ rules }) => [...rules],
      }),
    }),
  });
  const HygieneFindingConnection = builder.connectionObject(
    {
      type: Finding,
      name: 'HygieneFindingConnection',
      description:
        'A page may be short, or empty, and not the last: go on from `endCursor` while `hasNextPage`. `totalCount` looks at the first 10,000 keys.',
    },
    { name: 'HygieneFindingEdge' },
  );
  builder.queryField('hygiene', (t) =>
    t.field({
      type: HygieneFindingConnection,
      nullable: false,
      description: 'What should be better about the keys that work, of the applications that the caller may see.',
      // Which keys are listed says that there is something to find.
      privilege: { reads: [...foundIn] },
      cost: { weight: 10 },
      args: {
        kinds: t.arg({
          type: [HygieneFindingKind],
          looksAt: ['HygieneFinding.kind'],
          description: 'All, when left out.',
        }),
        first: t.arg.int(),
        after: t.arg.string(),
      },
      resolve: async (_root, { kinds, first, after }, context) => {
        await context.usage.flush();
        const wanted = new Set(kinds ?? hygieneKinds);
        return findingPage(
          context,
          hygieneKinds.filter((kind) => wanted.has(kind)),
          first,
          after,
        );
      },
    }),
  );
}

async function findingPage(
  context: ManagementContext,
  kinds: FindingSelection['kinds'],
  first: number | null | undefined,
  after: string | null | undefined,
): Promise<Connection<HygieneFinding>> {
  const { administration, apiKey } = context;
  const { database, clock, peppers } = administration;
  const size = first ?? defaultPageSize;
  if (size < 0 || size > largestPageSize) {
    throw codedError('PAGE_SIZE_OUT_OF_RANGE', `\`first\` must be from 0 to ${largestPageSize}.`, {
      maximumSize: largestPageSize,
    });
  }
  const cursors = cursorsOf(context, 'Query.hygiene', kinds.join(' '));
  const selection: FindingSelection = {
    kinds,
    visibility: visibilityOf(apiKey),
    now: clock.now(),
    currentPepper: peppers.current.version,
  };
  const begin = after == null ? undefined : placeAt(cursors.decode(after));
  const nothing = { findings: [], next: begin };
  const { findings, next } = kinds.length === 0 ? nothing : await listFindings(database, selection, begin, size);
  const edges = findings.map((node) => ({ cursor: cursorAt(cursors, placeOf(node)), node }));
  const hasNextPage = size > 0 && kinds.length > 0 && next !== undefined;
  return {
    edges,
    pageInfo: Promise.resolve({
      hasNextPage,
      hasPreviousPage: begin !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: hasNextPage ? cursorAt(cursors, next) : (edges.at(-1)?.cursor ?? null),
    }),
    totalCount: async () => (kinds.length === 0 ? 0 : countFindings(database, selection)),
  };
}

function placeAt([apiKeyId, kind]: CursorKey): FindingPlace {
  return { apiKeyId: String(apiKeyId), kind: Number(kind) };
}

function cursorAt(cursors: CursorCodec, { apiKeyId, kind }: FindingPlace): string {
  return cursors.encode([apiKeyId, kind]);
}
