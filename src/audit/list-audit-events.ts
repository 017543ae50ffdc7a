import { and, count, eq, gte, lt, type SQL } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { type KeysetRequest, keysetStatement } from '../db/keyset-page.ts';
import { apiKey, auditEvent } from '../db/schema/index.ts';
import { linkOfRow } from './audit-event.ts';
import type { ChainLink } from './chain-verifier.ts';

/** All that is given must hold. */
export interface AuditEventFilter {
  /** `api_key.revoked` */
  readonly action?: string | undefined;
  readonly target?: { readonly type: string; readonly id: string } | undefined;
  /** Id of the calling key. */
  readonly actorKeyId?: string | undefined;
  readonly applicationId?: string | undefined;
  /** From this moment on. */
  readonly since?: number | undefined;
  /** Before this moment. */
  readonly until?: number | undefined;
}

export interface AuditSelection {
  readonly filter: AuditEventFilter;
  /** Whose events may be seen: all, or those of one application. */
  readonly visibility: 'ALL' | { readonly applicationId: string };
}

/** More than this are not counted. */
const mostCounted = 10_000;

/**
 * Events of the chain, the latest first; one statement. Whoever sees one application only is not told from which address a key of another
 * application acted on it.
 */
export async function listAuditEvents(
  { queries }: Database,
  selection: AuditSelection,
  request: KeysetRequest,
): Promise<readonly ChainLink[]> {
  const keyset = keysetStatement([auditEvent.seq], 'DESC', request);
  const rows = await queries
    .select({ event: auditEvent, actorApplicationId: apiKey.applicationId })
    .from(auditEvent)
    .leftJoin(apiKey, eq(apiKey.id, auditEvent.actorKeyId))
    .where(and(selected(selection), keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit);
  const { visibility } = selection;
  return rows.map(({ event, actorApplicationId }) => {
    const link = linkOfRow(event);
    if (visibility === 'ALL' || actorApplicationId === visibility.applicationId) return link;
    return { ...link, entry: { ...link.entry, actorAddress: undefined } };
  });
}

export async function countAuditEvents({ queries }: Database, selection: AuditSelection): Promise<number> {
  const some = queries
    .select({ seq: auditEvent.seq })
    .from(auditEvent)
    .where(selected(selection))
    .limit(mostCounted)
    .as('some');
  const [row] = await queries.select({ events: count() }).from(some);
  return row?.events ?? 0;
}

function selected({ filter, visibility }: AuditSelection): SQL | undefined {
  const { action, target, actorKeyId, applicationId, since, until } = filter;
  return and(
    visibility === 'ALL' ? undefined : eq(auditEvent.applicationId, visibility.applicationId),
    action === undefined ? undefined : eq(auditEvent.action, action),
    target && and(eq(auditEvent.targetType, target.type), eq(auditEvent.targetId, target.id)),
    actorKeyId === undefined ? undefined : eq(auditEvent.actorKeyId, actorKeyId),
    applicationId === undefined ? undefined : eq(auditEvent.applicationId, applicationId),
    since === undefined ? undefined : gte(auditEvent.at, since),
    until === undefined ? undefined : lt(auditEvent.at, until),
  );
}
