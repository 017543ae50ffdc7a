import type { RestrictionChanges } from '../../../administration/rules/restrictions.ts';
import type { ManagementBuilder } from '../context.ts';
import type { OperationTypeRef } from './operation-type.ts';

/** How restrictions are given. */
export function addRestrictionInputs(builder: ManagementBuilder, OperationType: OperationTypeRef) {
  const Browser = builder.inputType('BrowserRestrictionInput', {
    entity: 'BrowserRestriction',
    fields: (t) => ({
      allowedReferrers: t.stringList({
        required: true,
        description:
          'Patterns such as `https://app.example.com`, `*.example.com`, `http://localhost:3000`: scheme (https when left out), host, port, path prefix.',
      }),
    }),
  });
  const Server = builder.inputType('ServerRestrictionInput', {
    entity: 'ServerRestriction',
    fields: (t) => ({
      allowedIps: t.stringList({ description: 'Addresses or CIDR ranges, IPv4 or IPv6.' }),
      deniedIps: t.stringList({ description: 'Stronger than what is allowed.' }),
    }),
  });
  const AndroidApplication = builder.inputType('AndroidApplicationInput', {
    entity: 'AndroidApplication',
    fields: (t) => ({
      packageName: t.string({ required: true }),
      sha1Fingerprint: t.string({ required: true, description: 'With a colon between all bytes, or none.' }),
    }),
  });
  const Android = builder.inputType('AndroidRestrictionInput', {
    entity: 'AndroidRestriction',
    fields: (t) => ({ allowedApplications: t.field({ type: [AndroidApplication], required: true }) }),
  });
  const Ios = builder.inputType('IosRestrictionInput', {
    entity: 'IosRestriction',
    fields: (t) => ({ allowedBundleIds: t.stringList({ required: true }) }),
  });
  const Api = builder.inputType('ApiRestrictionInput', {
    entity: 'ApiRestriction',
    fields: (t) => ({
      operationTypes: t.field({ type: [OperationType] }),
      rootFields: t.stringList({
        description:
          'Names of root fields; a last `*` stands for any rest. Introspection needs `__schema` and `__type` among them.',
      }),
      documentIds: t.stringList({
        description: 'Ids of trusted documents, `sha256:<hex>`: the key sends these and no others, by id or as text.',
      }),
    }),
  });
  return builder.inputType('ApiKeyRestrictionsInput', {
    description: 'A kind that is left out stays as it is, null clears it, one that is given replaces the former whole.',
    entity: 'ApiKeyRestrictions',
    fields: (t) => ({
      browser: t.field({ type: Browser }),
      server: t.field({ type: Server }),
      android: t.field({ type: Android }),
      ios: t.field({ type: Ios }),
      api: t.field({ type: Api }),
    }),
  });
}

export type RestrictionsInputRef = ReturnType<typeof addRestrictionInputs>;

type GivenRestrictions = NonNullable<RestrictionsInputRef['$inferInput']>;

/** Null clears the whole or a kind; a list within a kind that is null is as good as absent. */
export function restrictionsOf(given: GivenRestrictions | null | undefined): RestrictionChanges | null | undefined {
  if (!given) return given;
  const { server, api, ...others } = given;
  return {
    ...others,
    server: server && {
      ...(server.allowedIps && { allowedIps: server.allowedIps }),
      ...(server.deniedIps && { deniedIps: server.deniedIps }),
    },
    api: api && {
      ...(api.operationTypes && { operationTypes: api.operationTypes }),
      ...(api.rootFields && { rootFields: api.rootFields }),
      ...(api.documentIds && { documentIds: api.documentIds }),
    },
  };
}
