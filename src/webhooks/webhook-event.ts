/** What a receiver can be told of a key. */
export type WebhookType =
  | 'api_key.expiring'
  | 'api_key.expired'
  | 'api_key.revoked'
  | 'api_key.exposed'
  | 'api_key.rotated';

/** By the action of an audit entry: a deleted key is a revoked one. */
const byAction: Readonly<Record<string, WebhookType>> = {
  'api_key.revoked': 'api_key.revoked',
  'api_key.deleted': 'api_key.revoked',
  'api_key.rotated': 'api_key.rotated',
  'api_key.exposed': 'api_key.exposed',
};

/** `undefined` for what receivers are not told. */
export function webhookTypeOf(action: string): WebhookType | undefined {
  return Object.hasOwn(byAction, action) ? byAction[action] : undefined;
}
