import type { Coordinate, PrivilegeBit } from './compiled-schema.ts';
import { type Verb, verbs } from './verb.ts';

export function privilegeBit(coordinate: Coordinate, verb: Verb): PrivilegeBit {
  return coordinate.id * verbs.length + verbs.indexOf(verb);
}

/** Each of the bits, and what the derived fields among them read. */
export function withReads(coordinates: readonly Coordinate[], bits: readonly PrivilegeBit[]): readonly PrivilegeBit[] {
  return bits.flatMap((bit) => [bit, ...ofBit(coordinates, bit).coordinate.reads]);
}

/** The coordinate and verb of a bit: the way back, for messages. */
export function ofBit(coordinates: readonly Coordinate[], bit: PrivilegeBit): { coordinate: Coordinate; verb: Verb } {
  const coordinate = coordinates[Math.floor(bit / verbs.length)];
  const verb = verbs[bit % verbs.length];
  if (coordinate === undefined || verb === undefined) throw new RangeError(`no privilege has the bit ${bit}`);
  return { coordinate, verb };
}
