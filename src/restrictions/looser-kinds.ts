import { type AddressRange, rangeCovers } from './address-range.ts';
import { type CompiledRestrictions, compileRestrictions } from './compile-restrictions.ts';
import { rootFieldMatches } from './judge-operation.ts';
import { referrerCovers } from './referrer-pattern.ts';
import type { Restrictions } from './restrictions.ts';

/** Kinds in which a child lets through what its parent would not; empty when it is restricted at least as its parent. */
export function looserKinds(child: Restrictions | undefined, parent: Restrictions | undefined): readonly string[] {
  if (!parent) return [];
  const outer = compileRestrictions(parent);
  const inner = compileRestrictions(child ?? {});
  return [
    ...(addressesWithin(inner, outer) ? [] : ['server']),
    ...(alternativesWithin(inner, outer) ? [] : ['browser, android, ios']),
    ...(operationsWithin(inner, outer) ? [] : ['api']),
  ];
}

function addressesWithin(inner: CompiledRestrictions, outer: CompiledRestrictions): boolean {
  const allowed =
    !outer.allowedIps || (inner.allowedIps?.every((range) => covered(range, outer.allowedIps ?? [])) ?? false);
  return allowed && outer.deniedIps.every((range) => covered(range, inner.deniedIps) || neverAllowed(range, inner));
}

function covered(range: AddressRange, by: readonly AddressRange[]): boolean {
  return by.some((candidate) => rangeCovers(candidate, range));
}

/** Ranges either contain one another or have nothing in common. */
function neverAllowed(range: AddressRange, { allowedIps }: CompiledRestrictions): boolean {
  return allowedIps?.every((allowed) => !rangeCovers(range, allowed) && !rangeCovers(allowed, range)) ?? false;
}

/** A child without any of the alternatives lets everybody in; one with a kind that its parent lacks lets others in. */
function alternativesWithin(inner: CompiledRestrictions, outer: CompiledRestrictions): boolean {
  if (!outer.referrers && !outer.androidApplications && !outer.bundleIds) return true;
  const { referrers, androidApplications, bundleIds } = inner;
  if (!referrers && !androidApplications && !bundleIds) return false;
  return (
    (referrers ?? []).every((pattern) => outer.referrers?.some((wider) => referrerCovers(wider, pattern)) ?? false) &&
    (androidApplications ?? []).every(
      (app) =>
        outer.androidApplications?.some(
          (other) => other.packageName === app.packageName && other.sha1Fingerprint === app.sha1Fingerprint,
        ) ?? false,
    ) &&
    [...(bundleIds ?? [])].every((id) => outer.bundleIds?.has(id) ?? false)
  );
}

function operationsWithin(inner: CompiledRestrictions, outer: CompiledRestrictions): boolean {
  const { operationTypes, rootFields, documentHashes } = outer;
  const types =
    !operationTypes || (inner.operationTypes && [...inner.operationTypes].every((type) => operationTypes.has(type)));
  const fields =
    !rootFields || inner.rootFields?.every((pattern) => rootFields.some((wider) => patternCovers(wider, pattern)));
  const documents =
    !documentHashes || (inner.documentHashes && [...inner.documentHashes].every((hash) => documentHashes.has(hash)));
  return Boolean(types) && Boolean(fields) && Boolean(documents);
}

function patternCovers(wider: string, pattern: string): boolean {
  if (!pattern.endsWith('*')) return rootFieldMatches(wider, pattern);
  return wider.endsWith('*') && pattern.startsWith(wider.slice(0, -1));
}
