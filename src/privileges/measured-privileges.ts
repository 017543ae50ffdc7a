import { type CacheBound, weighedCache } from '../kernel/bounded-cache.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import { privilegeBit } from '../plan/privilege-bit.ts';
import { type CompiledPrivileges, privilegesBytes, privilegesOfBits } from './compile-privileges.ts';

/**
 * What a key may read while its privileges are measured and not enforced: everything that is not explicit, beside what
 * its own rules give. It may write nothing more than it may anyway.
 */
export function measuredPrivileges(schema: CompiledSchema, own: CompiledPrivileges): CompiledPrivileges {
  const bits = Uint32Array.from(own.bits);
  for (const coordinate of schema.coordinates) {
    if (coordinate.explicit) continue;
    const bit = privilegeBit(coordinate, 'read');
    bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
  return privilegesOfBits(schema, `${own.hash}:measured`, bits);
}

export const measuredCacheBound: CacheBound = {
  holds: 'what keys may read whose privileges are measured; of each API',
  maxBytes: 8_000_000,
};

export function createMeasuredCache(schema: CompiledSchema): typeof measured {
  const cache = weighedCache<string, CompiledPrivileges>(measuredCacheBound, (compiled) =>
    privilegesBytes(schema, compiled),
  );
  return measured;

  function measured(own: CompiledPrivileges): CompiledPrivileges {
    const known = cache.get(own.hash);
    if (known !== undefined) return known;
    const made = measuredPrivileges(schema, own);
    cache.set(own.hash, made);
    return made;
  }
}
