import type { Database } from '../../db/database.ts';
import type { Turn } from '../../db/turn.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { MakeId } from '../../kernel/uuid.ts';
import { type CityChanges, openCityChanges } from './city/city-changes.ts';
import { type CityStore, cityStore } from './city/city-store.ts';
import { type CityWriter, cityWriter } from './city/city-writer.ts';
import { type CountryStore, countryStore } from './country/country-store.ts';

/** What the resolvers of one operation work with. */
export interface Places {
  readonly countries: CountryStore;
  readonly cities: CityStore;
  readonly cityWriter: CityWriter;
  readonly cityChanges: CityChanges;
  /** Signs cursors: at least 32 bytes, the same on every instance. */
  readonly cursorSecret: Uint8Array;
}

/** What the Places API works with; one per process. */
export interface PlacesServices {
  /** For one operation: all that its resolvers ask of the database is asked in its turn. */
  within(turn: Turn): Places;
  readonly cityChanges: CityChanges;
  /** Ends every subscription. The database stays open: it is not ours. */
  close(): Promise<void>;
}

export interface PlacesOptions {
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly cursorSecret: Uint8Array;
}

export function createPlacesServices(database: Database, options: PlacesOptions): PlacesServices {
  const { clock, makeId, cursorSecret } = options;
  const cityChanges = openCityChanges(database);
  return {
    within(turn) {
      const own = database.by('DATA', turn);
      return {
        countries: countryStore(own),
        cities: cityStore(own),
        cityWriter: cityWriter(own, clock, makeId),
        cityChanges,
        cursorSecret,
      };
    },
    cityChanges,
    close: () => cityChanges.close(),
  };
}
