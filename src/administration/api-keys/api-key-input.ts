import type {
  ApiKeyEnvironment,
  ApiKeyType,
  ApplicationScope,
  Enforcement,
  OnDenied,
  ThrottleOverride,
} from '../../keys/api-key.ts';
import { measures } from '../rules/enforcement.ts';
import type { RestrictionChanges } from '../rules/restrictions.ts';
import { badInput } from '../rules/text.ts';

/**
 * What can be said of a key when it is made, and changed later. Left out, or `undefined`: the default of a new key, and
 * what is there of one that exists. Null clears.
 */
export interface ApiKeySettings {
  /** Roles of the key's type; their rules join its own. They replace those that it had. */
  readonly roleIds?: readonly string[] | null | undefined;
  /** Management keys only. */
  readonly grantable?: readonly string[] | null | undefined;
  /** Management keys only; OWN by default. */
  readonly applicationScope?: ApplicationScope | null | undefined;
  /** REJECT by default. */
  readonly onDenied?: OnDenied | null | undefined;
  /** API keys only; null enforces everything. */
  readonly enforcement?: Enforcement | null | undefined;
  readonly plan?: string | null | undefined;
  readonly throttle?: ThrottleOverride | null | undefined;
  /** A kind that is given replaces the former whole. */
  readonly restrictions?: RestrictionChanges | null | undefined;
  /** Milliseconds since the epoch. Null: never, where that is allowed. */
  readonly expiresAt?: number | null | undefined;
  readonly notBefore?: number | null | undefined;
  readonly note?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
}

/** Without `expiresAt` it has the default validity. */
export interface CreateApiKeyInput extends ApiKeySettings {
  readonly applicationId: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly environment: ApiKeyEnvironment;
  readonly privileges: readonly string[];
  readonly idempotencyKey?: string | undefined;
}

/** @throws BAD_USER_INPUT for what keys of this type do not have */
export function refuseForeignSettings(
  type: ApiKeyType,
  { grantable, applicationScope, enforcement }: ApiKeySettings,
): void {
  if (type === 'API') {
    if (grantable) throw badInput('grantable', 'is for keys of type MANAGEMENT only');
    if (applicationScope === 'ALL') throw badInput('applicationScope', 'is for keys of type MANAGEMENT only');
  } else if (measures(enforcement)) {
    throw badInput('enforcement', 'MEASURE is for keys of type API only');
  }
}
