import { parseDuration } from '../../kernel/duration.ts';
import type { CompiledField } from '../../plan/compiled-schema.ts';
import type { RateLimitDeclaration } from '../../plan/declarations.ts';

/** A declared call limit that was found to be sound. */
export interface FieldLimit {
  /** `Type.field`. */
  readonly coordinate: string;
  readonly max: number;
  readonly windowMs: number;
  /** Argument paths whose values are counted apart: `input.email` is `['input', 'email']`. */
  readonly identityPaths: readonly (readonly string[])[];
}

/** Reads a declaration when the schema is built: one that would never limit, or never let anything through, throws. */
export function fieldLimit(field: CompiledField, declaration: RateLimitDeclaration): FieldLimit {
  const coordinate = `${field.coordinate.type}.${field.coordinate.field}`;
  const { max, window, identityArgs = [] } = declaration;
  if (!Number.isSafeInteger(max) || max < 1) {
    throw new Error(`${coordinate}: rateLimit.max is ${max}; it must be a whole number, 1 or more`);
  }
  const windowMs = parseDuration(window);
  if (windowMs === undefined || windowMs < 1) {
    throw new Error(`${coordinate}: rateLimit.window is "${window}"; it must be a duration such as 30s, 1m or PT1M`);
  }
  const identityPaths = identityArgs.map((path) => path.split('.'));
  const unknown = identityPaths.find(([argument = '']) => !field.arguments.has(argument));
  if (unknown) {
    throw new Error(`${coordinate}: rateLimit.identityArgs names ${unknown[0]}, which is no argument of the field`);
  }
  return { coordinate, max, windowMs, identityPaths };
}
