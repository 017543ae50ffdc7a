import { redactInputs } from '../apis/management/redact-inputs.ts';
import { buildManagementSchema } from '../apis/management/schema.ts';
import { buildPlacesSchema } from '../apis/places/places-schema.ts';
import { argumentReader } from '../apis/shared/argument-reader.ts';
import type { Config } from '../config/read-config.ts';
import type { Counter } from '../kernel/counter.ts';
import type { Logger } from '../kernel/logger.ts';
import type { UrgentMutation } from '../pipeline/admit/urgent.ts';
import { buildSurface } from '../pipeline/build-surface.ts';
import type { Surface } from '../pipeline/surface.ts';
import { createFieldLimits } from '../throttle/field-limits/create-field-limits.ts';
import type { ThrottleStore } from '../throttle/throttle-store.ts';
import { configuredKeyShapes } from './configured.ts';

export interface SurfaceSettings {
  readonly config: Config;
  readonly logger: Logger;
  readonly listTruncations: Counter;
  /** Holds the counters of single fields, of both surfaces. */
  readonly fieldLimitStore: ThrottleStore;
}

/** Ending keys goes on when the throttle's store, or the calling key's own budget, does not. */
const endedKey = {
  payload: {
    apiKey: ['id', 'status'],
    receipt: ['effectiveAt', 'instancesAcknowledged', 'instancesTotal'],
  },
} as const satisfies UrgentMutation;
const endedApplication = { payload: { application: ['id', 'status'] } } as const satisfies UrgentMutation;
export const urgentMutations = {
  disableApiKey: endedKey,
  revokeApiKey: endedKey,
  deleteApiKey: endedKey,
  /** It ends keys by policy, reads nothing, and has a limit of its own. */
  reportLeakedApiKeys: { payload: { status: [] } },
  deleteApplication: endedApplication,
  updateApplication: { ...endedApplication, when: onlyDisables },
} as const satisfies Readonly<Record<string, UrgentMutation>>;

/** The text of a key, in the answers that make it. */
const onceShown = ['key', 'encryptedKey'];

/** Both schemas, compiled: all that is known before any request. */
export function buildSurfaces(settings: SurfaceSettings): Readonly<Record<'API' | 'MANAGEMENT', Surface>> {
  const { config, logger, listTruncations, fieldLimitStore } = settings;
  const options = {
    logger,
    listTruncations,
    argumentReader,
    fieldLimits: createFieldLimits({ store: fieldLimitStore }),
    maxDepth: config.limits.MAX_DEPTH,
    maxResponseBytes: config.limits.MAX_RESPONSE_BYTES,
  } as const;
  return {
    API: buildSurface(buildPlacesSchema(), { ...options, type: 'API', urgentMutations: {} }),
    MANAGEMENT: buildSurface(redactInputs(buildManagementSchema(), configuredKeyShapes(config).redact), {
      ...options,
      type: 'MANAGEMENT',
      urgentMutations,
      onceShown,
    }),
  };
}

/** An update that changes anything beside the status is one like others. */
function onlyDisables(input: Readonly<Record<string, unknown>>): boolean {
  return input['status'] === 'DISABLED' && Object.keys(input).every((name) => ['id', 'etag', 'status'].includes(name));
}
