import type { ApiKeyRestrictions } from '../../../keys/api-key.ts';
import { mostEntries } from '../../../restrictions/check-restrictions.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ManagementBuilder } from '../context.ts';
import type { OperationTypeRef } from './operation-type.ts';

type Kind<Name extends keyof ApiKeyRestrictions> = NonNullable<ApiKeyRestrictions[Name]>;

/** Adds `ApiKey.restrictions`. */
export function addRestrictionTypes(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  OperationType: OperationTypeRef,
): void {
  const Browser = builder.objectRef<Kind<'browser'>>('BrowserRestriction').implement({
    fields: (t) => ({
      allowedReferrers: t.stringList({ nullable: false, resolve: ({ allowedReferrers }) => [...allowedReferrers] }),
    }),
  });
  const Server = builder.objectRef<Kind<'server'>>('ServerRestriction').implement({
    fields: (t) => ({
      allowedIps: t.stringList({ resolve: ({ allowedIps }) => allowedIps && [...allowedIps] }),
      deniedIps: t.stringList({ resolve: ({ deniedIps }) => deniedIps && [...deniedIps] }),
    }),
  });
  const Application = builder
    .objectRef<Kind<'android'>['allowedApplications'][number]>('AndroidApplication')
    .implement({
      fields: (t) => ({
        packageName: t.exposeString('packageName', { nullable: false }),
        sha1Fingerprint: t.exposeString('sha1Fingerprint', {
          nullable: false,
          description: 'Of the certificate that signed it: 40 hexadecimal digits.',
        }),
      }),
    });
  const Android = builder.objectRef<Kind<'android'>>('AndroidRestriction').implement({
    fields: (t) => ({
      allowedApplications: t.field({
        type: [Application],
        nullable: false,
        cost: { listSize: { assumedSize: mostEntries } },
        resolve: ({ allowedApplications }) => [...allowedApplications],
      }),
    }),
  });
  const Ios = builder.objectRef<Kind<'ios'>>('IosRestriction').implement({
    fields: (t) => ({
      allowedBundleIds: t.stringList({ nullable: false, resolve: ({ allowedBundleIds }) => [...allowedBundleIds] }),
    }),
  });
  const Api = builder.objectRef<Kind<'api'>>('ApiRestriction').implement({
    fields: (t) => ({
      operationTypes: t.field({
        type: [OperationType],
        resolve: ({ operationTypes }) => operationTypes && [...operationTypes],
      }),
      rootFields: t.stringList({ resolve: ({ rootFields }) => rootFields && [...rootFields] }),
      documentIds: t.stringList({ resolve: ({ documentIds }) => documentIds && [...documentIds] }),
    }),
  });
  const Restrictions = builder.objectRef<ApiKeyRestrictions>('ApiKeyRestrictions').implement({
    description:
      'Where a key works and for what. Of browser, android and ios one that is given must match; server addresses and api are required beside them.',
    fields: (t) => ({
      browser: t.field({ type: Browser, resolve: ({ browser }) => browser }),
      server: t.field({ type: Server, resolve: ({ server }) => server }),
      android: t.field({ type: Android, resolve: ({ android }) => android }),
      ios: t.field({ type: Ios, resolve: ({ ios }) => ios }),
      api: t.field({ type: Api, resolve: ({ api }) => api }),
    }),
  });
  builder.objectField(ApiKey, 'restrictions', (t) =>
    t.field({
      type: Restrictions,
      description: 'Null: it works from anywhere, for everything that its privileges allow.',
      resolve: ({ restrictions }) => restrictions,
    }),
  );
}
