import type { GraphQLError } from 'graphql';
import type { AskedOperation, RequiredPrivilege } from '../../admission/explanation.ts';
import { type ErrorCode, errorCodes } from '../../kernel/error-codes.ts';
import { codedError, codeOf } from '../../kernel/errors.ts';
import { ofBit } from '../../plan/privilege-bit.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import type { Demands } from '../../privileges/demands.ts';
import type { DocumentReader } from './read-document.ts';

/**
 * Every privilege that some request of the operation can need: all of `@skip` and `@include` counted, and of an input
 * that comes in a variable all that it can set. Types that the actor cannot grant are left out, as they count for no key
 * that it makes.
 * @throws what is wrong with the document, as the actor may know it
 */
export async function requiredPrivileges(
  operation: AskedOperation,
  lens: CompiledPrivileges,
  reader: DocumentReader,
): Promise<readonly RequiredPrivilege[]> {
  const read = await reader.read(operation, lens);
  if (read.kind === 'REFUSED') throw firstOf(read.errors);
  return privilegesFor(read.operation.demands, lens);
}

function privilegesFor(demands: Demands, lens: CompiledPrivileges): readonly RequiredPrivilege[] {
  const { coordinates } = demands.schema;
  const named = new Set<string>();
  const required = bitsOf(demands.everything).flatMap((bit): RequiredPrivilege[] => {
    if (!lens.has(bit)) return [];
    const { coordinate, verb } = ofBit(coordinates, bit);
    const text = `${coordinate.type}.${coordinate.field}`;
    if (verb === 'read') named.add(coordinate.type);
    return [{ coordinate: text, verb, rule: `${verb}:${text}` }];
  });
  // A type whose name alone is asked for is seen with any field of it.
  const seen = new Map<string, RequiredPrivilege>();
  for (const { types } of demands.sights) {
    const visible = types.filter(lens.seesObject);
    if (visible.some(({ name }) => named.has(name))) continue;
    for (const { name } of visible) {
      seen.set(name, { coordinate: `${name}.*`, verb: 'read', rule: `read:${name}` });
    }
  }
  return [...required, ...seen.values()];
}

function bitsOf(words: Uint32Array): readonly number[] {
  const bits: number[] = [];
  for (const [index, word] of words.entries()) {
    for (let bit = 0; bit < 32; bit++) if ((word & (1 << bit)) !== 0) bits.push(index * 32 + bit);
  }
  return bits;
}

/** As an error of a field: without the status that it would have as the error of a request. */
function firstOf(errors: readonly GraphQLError[]): GraphQLError {
  const [first] = errors;
  const code: ErrorCode = codeOf(first) ?? 'GRAPHQL_VALIDATION_FAILED';
  const problems = errors.map(({ message, locations }) => ({ message, locations }));
  return codedError(code, first?.message ?? errorCodes[code].when, { problems });
}
