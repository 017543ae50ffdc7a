import type { ApiKeyRecord } from '../../keys/api-key.ts';
import type { Builder } from './builder.ts';
import type { BudgetView, CallerContext } from './context.ts';
import { encodeGlobalId } from './global-id.ts';
import { addViewerUsage, viewerUsage } from './viewer-usage.ts';

/**
 * Adds `Query.viewer` and `Query.rateLimit`, open to every valid key. Their types are flat and wholly open: from them a
 * key reaches itself and nothing else. Answers the enums, which the management API uses too.
 */
export function addViewer<Context extends CallerContext>(builder: Builder<Context>) {
  const ApiKeyType = builder.enumType('ApiKeyType', {
    description: 'The surface that a key works on.',
    values: ['API', 'MANAGEMENT'] as const,
  });
  const ApiKeyEnvironment = builder.enumType('ApiKeyEnvironment', { values: ['LIVE', 'TEST'] as const });

  const RateLimit = builder.objectRef<BudgetView>('RateLimit').implement({
    open: true,
    description: 'The query cost, in points, that the calling key may spend.',
    fields: (t) => ({
      maximumAvailable: t.exposeFloat('maximumAvailable', { nullable: false }),
      currentlyAvailable: t.exposeFloat('currentlyAvailable', { nullable: false }),
      restoreRate: t.exposeFloat('restoreRate', { nullable: false, description: 'Points a second.' }),
      maximumCost: t.exposeFloat('maximumCost', { nullable: false, description: 'The largest single operation.' }),
      requestedQueryCost: t.exposeFloat('requestedQueryCost', {
        nullable: false,
        description: 'What was reserved for this operation.',
      }),
      resetAt: t.expose('resetAt', {
        type: 'DateTime',
        nullable: false,
        description: 'When all points are available again, if nothing else runs.',
      }),
    }),
  });

  const ViewerApplication = builder.objectRef<ApiKeyRecord['application']>('ViewerApplication').implement({
    open: true,
    description: 'The application that the calling key identifies.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeGlobalId('Application', id) }),
      name: t.exposeString('name', { nullable: false }),
      ownerName: t.exposeString('ownerName', { nullable: false }),
    }),
  });

  const { ViewerUsage, ViewerUsageInterval } = addViewerUsage(builder);
  const ViewerApiKey = builder.objectRef<ApiKeyRecord>('ViewerApiKey').implement({
    open: true,
    description: 'The calling key.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeGlobalId('ApiKey', id) }),
      publicId: t.exposeString('publicId', { nullable: false, description: 'The part of the key that is no secret.' }),
      name: t.exposeString('name', { nullable: false }),
      type: t.expose('type', { type: ApiKeyType, nullable: false }),
      environment: t.expose('environment', { type: ApiKeyEnvironment, nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
      usage: t.field({
        type: ViewerUsage,
        nullable: false,
        description: 'What the key did, as far as it was written: that takes a second.',
        args: {
          since: t.arg({ type: 'DateTime', required: true, looksAt: [] }),
          until: t.arg({ type: 'DateTime', looksAt: [], description: 'Now, when it is left out.' }),
          interval: t.arg({ type: ViewerUsageInterval, required: true, looksAt: [] }),
        },
        resolve: (_key, range, caller) => viewerUsage(caller, range),
      }),
    }),
  });

  const Viewer = builder.objectRef<CallerContext>('Viewer').implement({
    open: true,
    description: 'Who is calling.',
    fields: (t) => ({
      apiKey: t.field({ type: ViewerApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      application: t.field({ type: ViewerApplication, nullable: false, resolve: ({ apiKey }) => apiKey.application }),
      privileges: t.stringList({
        nullable: false,
        description: 'What the key may do, as privileges on single fields.',
        resolve: (caller) => [...caller.usablePrivileges()],
      }),
      rateLimit: t.field({ type: RateLimit, nullable: false, resolve: (caller) => caller.budget() }),
    }),
  });

  builder.queryFields((t) => ({
    viewer: t.field({
      type: Viewer,
      nullable: false,
      privilege: { open: true },
      resolve: (_root, _args, context) => context,
    }),
    rateLimit: t.field({
      type: RateLimit,
      nullable: false,
      privilege: { open: true },
      resolve: (_root, _args, context) => context.budget(),
    }),
  }));

  return { ApiKeyType, ApiKeyEnvironment };
}
