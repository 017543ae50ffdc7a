import { invariant } from '../kernel/invariant.ts';
import { type AddressRange, parseAddressRange } from './address-range.ts';
import { type AndroidApplication, parseFingerprint } from './client-app.ts';
import { type DocumentHash, parseDocumentId } from './document-id.ts';
import { parseReferrerPattern, type ReferrerPattern } from './referrer-pattern.ts';
import type { OperationKind, Restrictions } from './restrictions.ts';

/** Restrictions with every text read once. `undefined` is a kind that was not given. */
export interface CompiledRestrictions {
  readonly allowedIps: readonly AddressRange[] | undefined;
  readonly deniedIps: readonly AddressRange[];
  readonly referrers: readonly ReferrerPattern[] | undefined;
  readonly androidApplications: readonly AndroidApplication[] | undefined;
  readonly bundleIds: ReadonlySet<string> | undefined;
  readonly operationTypes: ReadonlySet<OperationKind> | undefined;
  readonly rootFields: readonly string[] | undefined;
  readonly documentHashes: ReadonlySet<DocumentHash> | undefined;
}

/** Throws for a text that nobody checked: a restriction that cannot be read must not let anybody in. */
export function compileRestrictions({ browser, server, android, ios, api }: Restrictions): CompiledRestrictions {
  return {
    allowedIps: server?.allowedIps?.map((text) => known(parseAddressRange(text))),
    deniedIps: (server?.deniedIps ?? []).map((text) => known(parseAddressRange(text))),
    referrers: browser?.allowedReferrers.map((text) => known(parseReferrerPattern(text))),
    androidApplications: android?.allowedApplications.map(({ packageName, sha1Fingerprint }) => ({
      packageName,
      sha1Fingerprint: known(parseFingerprint(sha1Fingerprint)),
    })),
    bundleIds: ios && new Set(ios.allowedBundleIds),
    operationTypes: api?.operationTypes && new Set(api.operationTypes),
    rootFields: api?.rootFields,
    documentHashes: api?.documentIds && new Set(api.documentIds.map((text) => known(parseDocumentId(text)))),
  };
}

/**
 * Compiles each value once, for as long as somebody holds it: a cached key keeps its record, and a changed key is another
 * record.
 */
export function createRestrictionCache(): (restrictions: Restrictions) => CompiledRestrictions {
  const compiled = new WeakMap<Restrictions, CompiledRestrictions>();
  return (restrictions) => {
    const present = compiled.get(restrictions);
    if (present) return present;
    const made = compileRestrictions(restrictions);
    compiled.set(restrictions, made);
    return made;
  };
}

function known<Value>(value: Value | undefined): Value {
  invariant(value !== undefined, 'restrictions are checked before they are stored');
  return value;
}
