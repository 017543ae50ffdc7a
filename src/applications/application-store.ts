import { and, count, eq, inArray, ne, type SQL } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import type { KeysetRequest } from '../db/keyset-page.ts';
import { application } from '../db/schema/index.ts';
import type { ApplicationStatus } from '../keys/api-key.ts';
import { type NamedOrder, namedStatement } from '../keys/store/named-order.ts';
import type { Visibility } from '../keys/store/visibility.ts';
import { type ApplicationDetails, detailsOfApplication } from './application-details.ts';

/** All that is given must hold. */
export interface ApplicationFilter {
  readonly name?: string | undefined;
  readonly ownerName?: string | undefined;
  readonly ownerEmail?: string | undefined;
  readonly externalId?: string | undefined;
  /** Absent: all but deleted ones. */
  readonly status?: ApplicationStatus | undefined;
}

export interface ApplicationSelection {
  readonly filter: ApplicationFilter;
  readonly visibility: Visibility;
}

/** The application, or `undefined` when there is none or it may not be seen. */
export async function findApplication(
  queries: Queries,
  id: string,
  visibility: Visibility,
): Promise<ApplicationDetails | undefined> {
  const [found] = await findApplications(queries, [id], visibility);
  return found;
}

/** Those of the applications that exist and may be seen, in no order. */
export async function findApplications(
  queries: Queries,
  ids: readonly string[],
  visibility: Visibility,
): Promise<readonly ApplicationDetails[]> {
  const rows = await queries
    .select()
    .from(application)
    .where(and(inArray(application.id, [...ids]), visible(visibility)));
  return rows.map(detailsOfApplication);
}

export async function listApplications(
  queries: Queries,
  selection: ApplicationSelection,
  order: NamedOrder,
  request: KeysetRequest,
): Promise<readonly ApplicationDetails[]> {
  const keyset = namedStatement(application, order, request);
  const rows = await queries
    .select()
    .from(application)
    .where(and(selected(selection), keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit);
  return rows.map(detailsOfApplication);
}

export async function countApplications(queries: Queries, selection: ApplicationSelection): Promise<number> {
  const [row] = await queries.select({ applications: count() }).from(application).where(selected(selection));
  return row?.applications ?? 0;
}

function visible(visibility: Visibility): SQL | undefined {
  return visibility === 'ALL' ? undefined : eq(application.id, visibility.applicationId);
}

function selected({ filter, visibility }: ApplicationSelection): SQL | undefined {
  return and(
    visible(visibility),
    filter.name === undefined ? undefined : eq(application.name, filter.name),
    filter.ownerName === undefined ? undefined : eq(application.ownerName, filter.ownerName),
    filter.ownerEmail === undefined ? undefined : eq(application.ownerEmail, filter.ownerEmail),
    filter.externalId === undefined ? undefined : eq(application.externalId, filter.externalId),
    filter.status === undefined ? ne(application.status, 'DELETED') : eq(application.status, filter.status),
  );
}
