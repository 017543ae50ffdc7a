import { type GraphQLInputType, getNullableType, isInputObjectType } from 'graphql';
import { parseDuration } from '../../kernel/duration.ts';
import type { CompiledField } from '../../plan/compiled-schema.ts';
import type { RateLimitDeclaration } from '../../plan/declarations.ts';
import type { ProblemList } from '../../plan/schema-declaration-error.ts';

/** A declared call limit that was found to be sound. */
export interface FieldLimit {
  /** `Type.field`. */
  readonly coordinate: string;
  readonly max: number;
  readonly windowMs: number;
  /** Argument paths whose values are counted apart: `input.email` is `['input', 'email']`. */
  readonly identityPaths: readonly (readonly string[])[];
}

/** Reads a declaration when the schema is built: one that would never limit, or never let anything through, is a problem. */
export function fieldLimit(
  field: CompiledField,
  { max, window, identityArgs = [] }: RateLimitDeclaration,
  problems: ProblemList,
): FieldLimit {
  const coordinate = `${field.coordinate.type}.${field.coordinate.field}`;
  const invalid = (message: string) => problems.report('INVALID_DECLARATION', coordinate, message);
  if (!Number.isSafeInteger(max) || max < 1) {
    invalid(`has a rateLimit.max of ${max}; it must be a whole number, 1 or more`);
  }
  const windowMs = parseDuration(window) ?? 0;
  if (windowMs < 1) {
    invalid(`has a rateLimit.window of "${window}"; it must be a duration such as 30s, 1m or PT1M`);
  }
  const identityPaths = identityArgs.map((path) => path.split('.'));
  for (const path of identityPaths) {
    if (!leadsToValue(field, path)) {
      invalid(
        `has rateLimit.identityArgs that name ${path.join('.')}, which is no argument of the field, nor below one`,
      );
    }
  }
  return { coordinate, max, windowMs, identityPaths };
}

/** An argument, or what is below it in input objects: below a list nothing has one value. */
function leadsToValue({ arguments: all }: CompiledField, [first = '', ...below]: readonly string[]): boolean {
  let type = all.get(first)?.type;
  for (const name of below) {
    const object: GraphQLInputType | undefined = type && getNullableType(type);
    type = isInputObjectType(object) ? object.getFields()[name]?.type : undefined;
  }
  return type !== undefined;
}
