import { storableText } from '../../shared/text.ts';
import { pageSizeOf, plainListCost } from '../page-size.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { PlaceRef, PlaceRow } from './place.ts';

export function addPlaceSearch(builder: PlacesBuilder, Place: PlaceRef): void {
  builder.queryField('searchPlaces', (t) =>
    t.field({
      description:
        'Places whose name begins with the text (case and accents matter), by name: of the kinds whose name the key may read.',
      type: [Place],
      nullable: { list: false, items: false },
      cost: { weight: 12, ...plainListCost },
      rateLimit: { max: 300, window: '1m' },
      args: {
        text: t.arg.string({
          required: true,
          // The resolver looks at the names of those types only that the key sees.
          looksAt: [],
          validate: storableText({ min: 1, max: 200 }),
        }),
        first: t.arg.int({ defaultValue: 10 }),
      },
      resolve: async (_root, { text, first }, { places, access }) => {
        const limit = pageSizeOf(first);
        if (limit === 0) return [];
        const found: (readonly PlaceRow[])[] = await Promise.all([
          access.allows('read', 'Country', 'name') ? places.countries.startingWith(text, limit) : [],
          access.allows('read', 'City', 'name') ? places.cities.startingWith(text, limit) : [],
        ]);
        return found.flat().sort(byName).slice(0, limit);
      },
    }),
  );
}

/** By code point, as the database orders names; equal names stay as they came, countries first. */
function byName(left: PlaceRow, right: PlaceRow): number {
  return Buffer.compare(Buffer.from(left.name), Buffer.from(right.name));
}
