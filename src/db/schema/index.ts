export { apiKey } from './api-key.ts';
export { apiKeySecret } from './api-key-secret.ts';
export { application } from './application.ts';
export { auditEvent } from './audit-event.ts';
export { idempotency } from './idempotency.ts';
export { instanceSetting } from './instance-setting.ts';
export { keyRole } from './key-role.ts';
export { role } from './role.ts';
