import { buildManagementSchema } from '../apis/management/schema.ts';
import { buildPlacesSchema } from '../apis/places/places-schema.ts';
import { argumentReader } from '../apis/shared/argument-reader.ts';
import type { Config } from '../config/read-config.ts';
import type { Counter } from '../kernel/counter.ts';
import type { Logger } from '../kernel/logger.ts';
import type { UrgentWhen } from '../pipeline/admit/urgent.ts';
import { buildSurface } from '../pipeline/build-surface.ts';
import type { Surface } from '../pipeline/surface.ts';
import { createFieldLimits } from '../throttle/field-limits/create-field-limits.ts';
import type { ThrottleStore } from '../throttle/throttle-store.ts';

export interface SurfaceSettings {
  readonly config: Config;
  readonly logger: Logger;
  readonly listTruncations: Counter;
  /** Holds the counters of single fields, of both surfaces. */
  readonly fieldLimitStore: ThrottleStore;
  readonly onListTooLong: 'CUT' | 'THROW';
}

const maxDocuments = 2_000;

/** Ending keys goes on when the throttle's store, or the calling key's own budget, does not. */
const urgentMutations = {
  disableApiKey: 'ALWAYS',
  revokeApiKey: 'ALWAYS',
  deleteApiKey: 'ALWAYS',
  reportLeakedApiKeys: 'ALWAYS',
  deleteApplication: 'ALWAYS',
  updateApplication: onlyDisables,
} as const satisfies Readonly<Record<string, UrgentWhen>>;

/** Both schemas, compiled: all that is known before any request. */
export function buildSurfaces(settings: SurfaceSettings): Readonly<Record<'API' | 'MANAGEMENT', Surface>> {
  const { config, logger, listTruncations, fieldLimitStore, onListTooLong } = settings;
  const options = {
    logger,
    listTruncations,
    argumentReader,
    fieldLimits: createFieldLimits({ store: fieldLimitStore }),
    onListTooLong,
    maxDepth: config.limits.MAX_DEPTH,
    maxDocuments,
  } as const;
  return {
    API: buildSurface(buildPlacesSchema(), { ...options, type: 'API', urgentMutations: {} }),
    MANAGEMENT: buildSurface(buildManagementSchema(), { ...options, type: 'MANAGEMENT', urgentMutations }),
  };
}

/** An update that changes anything beside the status is one like others. */
function onlyDisables(input: Readonly<Record<string, unknown>>): boolean {
  return input['status'] === 'DISABLED' && Object.keys(input).every((name) => ['id', 'etag', 'status'].includes(name));
}
