import type { AuditEntry } from '../../../audit/audit-entry.ts';

/**
 * What the members of `before` and `after` show, by the type of the target: fields of the API that say the same, as
 * `Type.field` or, of the target itself, by name; none where no field does, such as a reason.
 */
export const shownMembers: Readonly<Record<AuditEntry['targetType'], Readonly<Record<string, readonly string[]>>>> = {
  ApiKey: {
    ...sameNames('name type environment applicationScope privileges grantable onDenied enforcement plan throttle'),
    ...sameNames('restrictions expiresAt notBefore note externalId metadata createdBy publicId'),
    id: [],
    applicationId: ['application'],
    roleIds: ['roles'],
    // What became of it.
    disabledAt: ['disabledAt', 'status'],
    revokedAt: ['revokedAt', 'status'],
    deletedAt: ['deletedAt', 'status'],
    purgeAt: ['purgeAt'],
    reason: [],
    newSecret: [],
    // Of its secrets.
    secretId: ['ApiKeySecret.id'],
    activation: ['ApiKeySecret.status'],
    activatedAt: ['ApiKeySecret.activatedAt'],
    gracePeriod: ['ApiKeySecret.expiresAt'],
    // Where one was found in the open, and what was done then.
    source: ['ApiKeySecret.exposedAt'],
    url: ['ApiKeySecret.exposedAt'],
    policy: ['Application.leakPolicy'],
    done: ['status', 'ApiKeySecret.status'],
  },
  Application: {
    ...sameNames('name ownerName ownerEmail note externalId metadata plan throttle leakPolicy status'),
    id: [],
    reason: [],
  },
  Role: { ...sameNames('name type privileges note'), id: [] },
  Document: { characters: ['text'] },
};

/** The coordinates of all of them. */
export function shownCoordinates(): readonly `${string}.${string}`[] {
  const all = Object.entries(shownMembers).flatMap(([type, members]) =>
    Object.values(members).flatMap((names) => names.map(coordinateIn(type))),
  );
  return [...new Set(all)];
}

function coordinateIn(type: string) {
  return (name: string): `${string}.${string}` => {
    const [other = type, field = name] = name.includes('.') ? name.split('.') : [];
    return `${other}.${field}`;
  };
}

function sameNames(names: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, [name]]));
}
