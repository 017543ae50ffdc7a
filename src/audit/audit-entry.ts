/** What is recorded of one change. It never holds a secret: not a token, nor the hash of one. */
export interface AuditEntry {
  readonly at: number;
  /** The calling key; `undefined` when nobody's key acted (the first start, a command on the database itself). */
  readonly actorKeyId: string | undefined;
  readonly actorAddress: string | undefined;
  readonly requestId: string | undefined;
  /** `api_key.created`, … */
  readonly action: AuditAction;
  readonly targetType: 'ApiKey' | 'Application' | 'Role' | 'Document';
  readonly targetId: string;
  /** The application whose administrators may see the entry. */
  readonly applicationId: string | undefined;
  /** Changed fields only. */
  readonly before: AuditState | undefined;
  readonly after: AuditState | undefined;
}

/** JSON values by field name. */
export type AuditState = Readonly<Record<string, unknown>>;

/** Everything that is ever recorded. */
export const auditActions = [
  'application.created',
  'application.updated',
  'application.deleted',
  'api_key.created',
  'api_key.imported',
  'api_key.updated',
  'api_key.disabled',
  'api_key.enabled',
  'api_key.revoked',
  'api_key.deleted',
  'api_key.undeleted',
  'api_key.purged',
  'api_key.rotated',
  'api_key.rotation_canceled',
  'api_key.secret_activated',
  'api_key.exposed',
  'document.registered',
  'role.created',
  'role.updated',
  'role.deleted',
] as const;

type AuditAction = (typeof auditActions)[number];
