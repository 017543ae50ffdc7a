import type { PlacesBuilder } from '../places-context.ts';
import type { Coordinates } from './coordinates.ts';

export function addLocation(builder: PlacesBuilder) {
  return builder.objectRef<Coordinates>('Location').implement({
    description: 'A point on the Earth, in degrees (WGS 84).',
    fields: (t) => ({
      latitude: t.exposeFloat('latitude', { nullable: false }),
      longitude: t.exposeFloat('longitude', { nullable: false }),
    }),
  });
}

export type LocationRef = ReturnType<typeof addLocation>;
