import type { AuditState } from '../../../audit/audit-entry.ts';
import { formatIsoDuration, parseIsoDuration } from '../../../kernel/duration.ts';
import { decodeGlobalId, encodeGlobalId } from '../../shared/global-id.ts';

/** Members that are points in time, in milliseconds since the epoch where they are recorded. */
const times: ReadonlySet<string> = new Set([
  'activatedAt',
  'createdAt',
  'deletedAt',
  'disabledAt',
  'expiresAt',
  'exposedAt',
  'notBefore',
  'purgeAt',
  'revokedAt',
  'updatedAt',
]);

/** Members that are ids, or lists of ids, and of what. The target's own is of its type. */
const ids: Readonly<Record<string, string>> = {
  applicationId: 'Application',
  createdBy: 'ApiKey',
  roleIds: 'Role',
  secretId: 'ApiKeySecret',
};

/** What an audit entry keeps of a change, with ids, times and durations as the rest of the API shows them. */
export function shownState(targetType: string, state: AuditState | undefined): AuditState | undefined {
  return state && mapMembers(state, (name, value) => shown(targetType, name, value));
}

function shown(targetType: string, name: string, value: unknown): unknown {
  if (times.has(name) && typeof value === 'number') return new Date(value).toISOString();
  if (name === 'throttle') return withRequests(value, 'windowMs', 'window', formatIsoDuration);
  const type = name === 'id' ? targetType : Object.hasOwn(ids, name) ? ids[name] : undefined;
  return type === undefined ? value : eachText(value, (id) => encodeGlobalId(type, id));
}

/** The same the other way round: what the hash of the entry was made of. */
export function recordedState(state: AuditState | undefined): AuditState | undefined {
  return state && mapMembers(state, recorded);
}

function recorded(name: string, value: unknown): unknown {
  if (times.has(name) && typeof value === 'string') return Date.parse(value);
  if (name === 'throttle') return withRequests(value, 'window', 'windowMs', parseIsoDuration);
  return name === 'id' || Object.hasOwn(ids, name) ? eachText(value, innerId) : value;
}

/** An id that cannot be read was edited: it is taken as it is, which no entry was. */
export function innerId(globalId: string): string {
  try {
    return decodeGlobalId(globalId).id;
  } catch {
    return globalId;
  }
}

function mapMembers(state: AuditState, change: (name: string, value: unknown) => unknown): AuditState {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, change(name, value)]));
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  return typeof value === 'string' ? change(value) : value;
}

/** Of the numbers of a throttle the window of its requests is the one that is a duration. */
function withRequests<From, To>(value: unknown, from: string, to: string, change: (window: From) => To): unknown {
  if (typeof value !== 'object' || value === null || !('requests' in value)) return value;
  const { requests } = value;
  if (typeof requests !== 'object' || requests === null || !Object.hasOwn(requests, from)) return value;
  const { [from]: window, ...rest } = requests as Readonly<Record<string, From>>;
  return { ...value, requests: { ...rest, [to]: change(window as From) } };
}
