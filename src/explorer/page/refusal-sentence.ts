import { firstCode, type GraphQLAnswer } from './graphql-answer.ts';

const sentences: Readonly<Record<string, string>> = {
  CREDENTIALS_MISSING: 'This API answers only with a key.',
  API_KEY_INVALID: 'This key is not valid. Was it copied whole?',
  API_KEY_EXPIRED: 'This key has expired. Ask for a new one.',
  API_KEY_DISABLED: 'This key is disabled. Its owner can enable it again.',
  API_KEY_REVOKED: 'This key was revoked, and will not work again.',
  API_KEY_NOT_YET_VALID: 'This key is not valid yet.',
  API_KEY_IP_ADDRESS_BLOCKED: 'This key may not be used from your address.',
  API_KEY_HTTP_REFERRER_BLOCKED: 'This key may not be used from this page.',
  API_KEY_ANDROID_APP_BLOCKED: 'This key is for an Android app only.',
  API_KEY_IOS_APP_BLOCKED: 'This key is for an iOS app only.',
  TOO_MANY_FAILED_ATTEMPTS: 'Too many keys were tried from your address.',
  THROTTLED: 'The budget of this key is spent for the moment.',
  QUOTA_EXCEEDED: 'The quota of this key is spent.',
};

/** Says in one sentence why a key could not be used, and when it is worth trying again. */
export function refusalSentence({ status, body, retryAfter }: GraphQLAnswer): string {
  const sentence =
    sentences[firstCode(body) ?? ''] ?? body.errors?.[0]?.message ?? `The server answered with status ${status}.`;
  return retryAfter === undefined ? sentence : `${sentence} Try again in ${retryAfter} s.`;
}
