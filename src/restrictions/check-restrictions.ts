import { parseAddressRange } from './address-range.ts';
import { isBundleId, isPackageName, parseFingerprint } from './client-app.ts';
import { formatDocumentId, parseDocumentId } from './document-id.ts';
import { isRootFieldPattern } from './judge-operation.ts';
import { parseReferrerPattern } from './referrer-pattern.ts';
import type { Restrictions } from './restrictions.ts';

/** What is wrong, and with which value: `server.allowedIps.0`. Values are never repeated. */
export interface RestrictionProblem {
  readonly path: string;
  readonly problem: string;
}

/** Entries of one list. */
export const mostEntries = 100;

/** Every operation of an app is a document of its own. */
export const mostDocuments = 1000;

/** The first thing that is wrong with restrictions that somebody asks for, or `undefined`. */
export function restrictionProblem({
  browser,
  server,
  android,
  ios,
  api,
}: Restrictions): RestrictionProblem | undefined {
  return (
    (server && emptyProblem('server', server)) ??
    (api && emptyProblem('api', api)) ??
    listProblem('browser.allowedReferrers', browser?.allowedReferrers, referrerProblem) ??
    listProblem('server.allowedIps', server?.allowedIps, addressProblem) ??
    listProblem('server.deniedIps', server?.deniedIps, addressProblem) ??
    listProblem('android.allowedApplications', android?.allowedApplications, ({ packageName, sha1Fingerprint }) => {
      if (!isPackageName(packageName)) return 'must have a packageName such as com.example.app';
      if (parseFingerprint(sha1Fingerprint) === undefined) {
        return 'must have a sha1Fingerprint of 40 hexadecimal digits, with a colon between all bytes or none';
      }
      return undefined;
    }) ??
    listProblem('ios.allowedBundleIds', ios?.allowedBundleIds, (text) =>
      isBundleId(text) ? undefined : 'must be a bundle identifier such as com.example.app',
    ) ??
    listProblem('api.operationTypes', api?.operationTypes, () => undefined) ??
    listProblem('api.rootFields', api?.rootFields, (text) =>
      isRootFieldPattern(text) ? undefined : 'must be the name of a root field, or the beginning of one with a last *',
    ) ??
    listProblem(
      'api.documentIds',
      api?.documentIds,
      (text) => (parseDocumentId(text) ? undefined : 'must be sha256: and the 64 hexadecimal digits of a SHA-256'),
      mostDocuments,
    )
  );
}

/** The same restrictions in the form that is stored: fingerprints and ids of documents in one spelling. */
export function storedRestrictions(restrictions: Restrictions): Restrictions {
  const { android, api } = restrictions;
  const allowedApplications = android?.allowedApplications.map(({ packageName, sha1Fingerprint }) => ({
    packageName,
    sha1Fingerprint: parseFingerprint(sha1Fingerprint) ?? sha1Fingerprint,
  }));
  const documentIds = api?.documentIds?.map((text) => formatDocumentId(parseDocumentId(text) ?? text));
  return {
    ...restrictions,
    ...(allowedApplications && { android: { allowedApplications } }),
    ...(documentIds && { api: { ...api, documentIds: [...new Set(documentIds)] } }),
  };
}

function addressProblem(text: string): string | undefined {
  return parseAddressRange(text)
    ? undefined
    : 'must be an address such as 192.0.2.7 or 2001:db8::7, or a range such as 192.0.2.0/24 without bits beyond its prefix';
}

function referrerProblem(text: string): string | undefined {
  return parseReferrerPattern(text)
    ? undefined
    : 'must be a pattern such as https://app.example.com, *.example.com or http://localhost:3000/path: lower case, * only as the first label or after the last /';
}

function emptyProblem(path: string, kind: object): RestrictionProblem | undefined {
  const given = Object.values(kind).some((value) => value !== undefined);
  return given ? undefined : { path, problem: 'is empty; leave it out, or null to clear it' };
}

function listProblem<Entry>(
  path: string,
  entries: readonly Entry[] | undefined,
  problemOf: (entry: Entry) => string | undefined,
  most = mostEntries,
): RestrictionProblem | undefined {
  if (!entries) return undefined;
  if (entries.length === 0)
    return { path, problem: 'is an empty list, which would let nobody in; leave it out, or null to clear it' };
  if (entries.length > most) return { path, problem: `must have at most ${most} entries` };
  for (const [index, entry] of entries.entries()) {
    const problem = problemOf(entry);
    if (problem !== undefined) return { path: `${path}.${index}`, problem };
  }
  return undefined;
}
