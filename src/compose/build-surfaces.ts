import { buildManagementSchema } from '../apis/management/schema.ts';
import { buildPlacesSchema } from '../apis/places/places-schema.ts';
import { argumentReader } from '../apis/shared/argument-reader.ts';
import type { Config } from '../config/read-config.ts';
import type { Logger } from '../kernel/logger.ts';
import { buildSurface } from '../pipeline/build-surface.ts';
import type { Surface } from '../pipeline/surface.ts';
import { createFieldLimits } from '../throttle/field-limits/create-field-limits.ts';
import type { ThrottleStore } from '../throttle/throttle-store.ts';

export interface SurfaceSettings {
  readonly config: Config;
  readonly logger: Logger;
  /** Holds the counters of single fields, of both surfaces. */
  readonly fieldLimitStore: ThrottleStore;
  readonly onListTooLong: 'CUT' | 'THROW';
}

const maxDocuments = 2_000;

/** Ending a key goes on when the throttle's store, or the key's own budget, does not. */
const urgentMutations = ['disableApiKey', 'revokeApiKey', 'deleteApiKey', 'reportLeakedApiKeys'];

/** Both schemas, compiled: all that is known before any request. */
export function buildSurfaces(settings: SurfaceSettings): Readonly<Record<'API' | 'MANAGEMENT', Surface>> {
  const { config, logger, fieldLimitStore, onListTooLong } = settings;
  const options = {
    logger,
    argumentReader,
    fieldLimits: createFieldLimits({ store: fieldLimitStore }),
    onListTooLong,
    maxDepth: config.limits.MAX_DEPTH,
    maxDocuments,
  } as const;
  return {
    API: buildSurface(buildPlacesSchema(), { ...options, type: 'API', urgentMutations: [] }),
    MANAGEMENT: buildSurface(buildManagementSchema(), { ...options, type: 'MANAGEMENT', urgentMutations }),
  };
}
