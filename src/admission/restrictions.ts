import { codedError } from '../kernel/errors.ts';
import type { ClientVerdict } from '../restrictions/judge-client.ts';
import { passed, refused, type Verdict } from './verdict.ts';

const refusals = {
  IP_ADDRESS: [
    'API_KEY_IP_ADDRESS_BLOCKED',
    'The key does not work from this address. An admin of the API can change the addresses that it allows.',
  ],
  HTTP_REFERRER: [
    'API_KEY_HTTP_REFERRER_BLOCKED',
    'The key does not work from this page. It needs an Origin or Referer header that an admin of the API has allowed.',
  ],
  ANDROID_APP: [
    'API_KEY_ANDROID_APP_BLOCKED',
    'The key does not work from this app. It needs X-Android-Package and X-Android-Cert of an app that an admin of the API has allowed.',
  ],
  IOS_APP: [
    'API_KEY_IOS_APP_BLOCKED',
    'The key does not work from this app. It needs X-Ios-Bundle-Identifier of an app that an admin of the API has allowed.',
  ],
} as const;

/** Step 5: where the key works. What it allows instead is not told. */
export function judgeRestrictions(verdict: ClientVerdict): Verdict {
  if (verdict.kind === 'ALLOWED') return passed;
  const [code, message] = refusals[verdict.by];
  return refused('BLOCKED', [codedError(code, message)]);
}
