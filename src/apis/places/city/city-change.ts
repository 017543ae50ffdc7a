import { encodeGlobalId } from '../../shared/global-id.ts';
import { storableText } from '../../shared/text.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { CityRef } from './city.ts';
import type { CityChange } from './city-changes.ts';

export function addCityChanges(builder: PlacesBuilder, City: CityRef): void {
  const CityChangeAction = builder.enumType('CityChangeAction', { values: ['CREATED', 'UPDATED', 'DELETED'] as const });

  const CityChange = builder.objectRef<CityChange>('CityChange').implement({
    description: 'A city was created, updated or deleted, by whatever client on whatever instance.',
    fields: (t) => ({
      action: t.expose('action', { type: CityChangeAction, nullable: false }),
      cityId: t.id({ nullable: false, resolve: ({ id }) => encodeGlobalId('City', id) }),
      city: t.field({
        description: 'As it is now; null when it is not there any more.',
        type: City,
        privilege: { transparent: true },
        // Not through the dataloader: a stream outlives what that remembers.
        resolve: async ({ id, action }, _args, { places }) =>
          action === 'DELETED' ? null : ((await places.cities.byIds([id]))[0] ?? null),
      }),
    }),
  });

  builder.subscriptionField('cityChanged', (t) =>
    t.field({
      type: CityChange,
      nullable: false,
      args: {
        countryCode: t.arg.string({
          looksAt: ['City.country', 'Country.code'],
          validate: storableText({ max: 200 }),
        }),
      },
      subscribe: (_root, { countryCode }, { places }) => places.cityChanges.subscribe(countryCode ?? undefined),
      resolve: (change) => change,
    }),
  );
}
