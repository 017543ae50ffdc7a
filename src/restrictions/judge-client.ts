import { addressBytes } from '../kernel/address-bytes.ts';
import { rangeContains } from './address-range.ts';
import { parseFingerprint } from './client-app.ts';
import type { CompiledRestrictions } from './compile-restrictions.ts';
import { originAllowed, type Referrer, referrerMatches } from './referrer-pattern.ts';

/** What a request says of where it comes from. Only the address is known; the rest is claimed by the client. */
export interface PresentedClient extends Referrer {
  readonly address: string;
  readonly androidPackage: string | null;
  readonly androidCertificate: string | null;
  readonly iosBundleId: string | null;
}

export type ClientVerdict =
  | { readonly kind: 'ALLOWED' }
  | { readonly kind: 'BLOCKED'; readonly by: 'IP_ADDRESS' | AlternativeKind };

type AlternativeKind = 'HTTP_REFERRER' | 'ANDROID_APP' | 'IOS_APP';

/** Reads the headers by which apps and browsers present themselves. */
export function presentedClient(headers: Headers, address: string): PresentedClient {
  return {
    address,
    origin: headers.get('origin'),
    referer: headers.get('referer'),
    androidPackage: headers.get('x-android-package'),
    androidCertificate: headers.get('x-android-cert'),
    iosBundleId: headers.get('x-ios-bundle-identifier'),
  };
}

/** Whether a client is one that the key works for. An address that is denied is denied, whatever allows it. */
export function judgeClient(restrictions: CompiledRestrictions, client: PresentedClient): ClientVerdict {
  if (!addressAllowed(restrictions, client.address)) return { kind: 'BLOCKED', by: 'IP_ADDRESS' };
  const alternatives = alternativesOf(restrictions, client);
  if (alternatives.length === 0 || alternatives.some(({ matches }) => matches)) return { kind: 'ALLOWED' };
  const [presented = alternatives[0]] = alternatives.filter((alternative) => alternative.presented);
  return presented ? { kind: 'BLOCKED', by: presented.kind } : { kind: 'ALLOWED' };
}

/** Whether pages of this origin may read the answers to a key (`CORS_ORIGINS=keys`): those that it lists. */
export function listsOrigin({ referrers = [] }: CompiledRestrictions, origin: string): boolean {
  return referrers.some((pattern) => originAllowed(pattern, origin));
}

function addressAllowed({ allowedIps, deniedIps }: CompiledRestrictions, text: string): boolean {
  if (!allowedIps && deniedIps.length === 0) return true;
  const address = addressBytes(text);
  // Of a client whose address is not known nothing can be said.
  if (!address || deniedIps.some((range) => rangeContains(range, address))) return false;
  return !allowedIps || allowedIps.some((range) => rangeContains(range, address));
}

interface Alternative {
  readonly kind: AlternativeKind;
  readonly matches: boolean;
  /** The client presents itself as one of this kind: then the refusal speaks of it. */
  readonly presented: boolean;
}

/** Those that the key is restricted to. */
function alternativesOf(
  { referrers, androidApplications, bundleIds }: CompiledRestrictions,
  client: PresentedClient,
): readonly Alternative[] {
  const { androidPackage, androidCertificate, iosBundleId } = client;
  const fingerprint = parseFingerprint(androidCertificate ?? '');
  return [
    androidApplications && {
      kind: 'ANDROID_APP' as const,
      matches: androidApplications.some(
        (app) => app.packageName === androidPackage && app.sha1Fingerprint === fingerprint,
      ),
      presented: androidPackage !== null || androidCertificate !== null,
    },
    bundleIds && {
      kind: 'IOS_APP' as const,
      matches: iosBundleId !== null && bundleIds.has(iosBundleId),
      presented: iosBundleId !== null,
    },
    referrers && {
      kind: 'HTTP_REFERRER' as const,
      matches: referrers.some((pattern) => referrerMatches(pattern, client)),
      presented: client.origin !== null || client.referer !== null,
    },
  ].filter((alternative) => alternative !== undefined);
}
