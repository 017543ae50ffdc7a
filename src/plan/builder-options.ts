import { nearestName } from '../kernel/nearest-name.ts';
import { SchemaDeclarationError } from './schema-declaration-error.ts';

/** What a builder takes of ours, by what it is an option of. */
export const optionsOf = {
  field: ['privilege', 'cost', 'rateLimit'],
  input: ['looksAt', 'sets', 'cost'],
  type: ['open', 'entity', 'use', 'cost'],
  enumValue: ['looksAt'],
} as const;

/** Members of declarations that protect something: beside the option that they belong in they would protect nothing. */
const protecting = ['explicit', 'reads', 'verbs', 'transparent', 'looksAt'];

/**
 * Refuses options of a builder that mean nothing and are nearly one of ours, or stand where they mean nothing. A builder takes
 * options of any plugin, so that only likeness tells; what is left out silently would open what its author meant to close.
 * @throws SchemaDeclarationError
 */
export function refuseMisspelt(coordinate: string, options: object, names: readonly string[]): void {
  for (const given of Object.keys(options)) {
    if (names.includes(given)) continue;
    if (protecting.includes(given)) throw invalid(coordinate, `has the option "${given}", which means nothing here`);
    const meant = nearestName(given, names, given.length > 5 ? 2 : 1);
    if (meant === undefined) continue;
    throw invalid(coordinate, `has the option "${given}", which means nothing; did you mean "${meant}"?`);
  }
}

/**
 * What an option declares, or nothing when it is left out.
 * @throws SchemaDeclarationError for what is no object of declarations
 */
export function declarationIn(coordinate: string, option: string, value: unknown): object {
  if (value === undefined) return {};
  const isObject =
    typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isObject) throw invalid(coordinate, `has the option "${option}" that is no object of declarations`);
  return value;
}

function invalid(coordinate: string, message: string): SchemaDeclarationError {
  return new SchemaDeclarationError([{ code: 'INVALID_DECLARATION', coordinate, message }]);
}
