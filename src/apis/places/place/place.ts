import type { LocationRef } from '../location/location.ts';
import type { PlacesBuilder } from '../places-context.ts';

/** What the rows of every kind of place have. `__typename` tells GraphQL which one it is. */
export interface PlaceRow {
  readonly __typename: 'Country' | 'City';
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

export function addPlace(builder: PlacesBuilder, Location: LocationRef) {
  return builder.interfaceRef<PlaceRow>('Place').implement({
    description: 'Anything that has a name and a location.',
    fields: (t) => ({
      // Each kind of place is a Node, and makes its own id.
      id: t.id({ nullable: false }),
      name: t.exposeString('name', { nullable: false }),
      location: t.field({ type: Location, nullable: false, resolve: (place) => place }),
    }),
  });
}

export type PlaceRef = ReturnType<typeof addPlace>;
