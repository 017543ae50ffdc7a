import type { GraphQLSchema } from 'graphql';
import type { Coordinate, PrivilegeBit } from '../compiled-schema.ts';
import { privilegeBit } from '../privilege-bit.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import { readObjectField } from './read-declarations.ts';
import { objectTypes } from './structure.ts';

/** A coordinate before it is known what it reads. */
export interface CoordinateInProgress extends Coordinate {
  reads: readonly PrivilegeBit[];
}

/** The coordinates that a declaration names; reports what does not exist. */
export type NamedCoordinates = (text: string, declaredAt: string) => readonly Coordinate[];

/**
 * What derived fields declare to read, and what those read in turn: a field that is computed from another is a way to
 * it (GHSA-m8jr-fxqx-8xx6). Circles are no matter: each field counts once.
 */
export function fillReads(
  schema: GraphQLSchema,
  byText: ReadonlyMap<string, CoordinateInProgress>,
  named: NamedCoordinates,
  problems: ProblemList,
): void {
  const declared = new Map<Coordinate, readonly Coordinate[]>();
  for (const type of objectTypes(schema)) {
    for (const field of Object.values(type.getFields())) {
      const { reads } = readObjectField(type, field);
      const text = `${type.name}.${field.name}`;
      const coordinate = byText.get(text);
      if (reads === undefined || coordinate === undefined) continue;
      const wrong =
        type === schema.getMutationType()
          ? 'is a mutation, which reads nothing by itself; declare it on the fields of its payload'
          : coordinate.access !== 'GATED'
            ? 'reads other fields and is open at once; declare one of them'
            : undefined;
      if (wrong !== undefined) problems.report('INVALID_DECLARATION', text, wrong);
      declared.set(
        coordinate,
        reads.flatMap((other) => named(other, text)),
      );
    }
  }
  for (const coordinate of byText.values()) {
    if (declared.has(coordinate)) coordinate.reads = bitsBelow(coordinate, declared);
  }
}

function bitsBelow(
  root: Coordinate,
  declared: ReadonlyMap<Coordinate, readonly Coordinate[]>,
): readonly PrivilegeBit[] {
  const reached = new Set<Coordinate>([root]);
  for (const coordinate of reached) for (const other of declared.get(coordinate) ?? []) reached.add(other);
  reached.delete(root);
  return [...reached].filter(({ access }) => access === 'GATED').map((coordinate) => privilegeBit(coordinate, 'read'));
}
