import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import type { PlacesServices } from '../../../src/apis/places/places-services.ts';
import type { Database } from '../../../src/db/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { answerOf, cityGlobalId, type PlacesClient, placesClient, placesServices, subscribeTo } from './support.ts';

const schema = buildPlacesSchema();
let database: Database;
/** Two instances: what they share is the database. */
let here: PlacesServices;
let there: PlacesServices;
let query: PlacesClient;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  here = placesServices(database);
  there = placesServices(database);
  query = placesClient(schema, there);
});
afterAll(async () => {
  await here.close();
  await there.close();
  await database.close();
});

const document = (args = '') =>
  `subscription { cityChanged${args} { action cityId city { name editorNotes country { code } } } }`;

const rename = (id: string, name: string, more = '') =>
  query(`mutation { updateCity(input: { id: "${id}", name: "${name}" ${more} }) { city { id } } }`);

const paris = cityGlobalId(2988507);
const tokyo = cityGlobalId(1850147);

async function next(stream: AsyncGenerator<unknown>) {
  const { value, done } = await stream.next();
  return done ? 'done' : answerOf(value as never);
}

test('every instance hears of a change that any of them made, once it is committed', async () => {
  const streams = [await subscribeTo(schema, here, document()), await subscribeTo(schema, there, document())];
  await rename(paris, 'Lutetia', 'editorNotes: "old name"');
  for (const stream of streams) {
    expect(await next(stream)).toMatchObject({
      data: {
        cityChanged: {
          action: 'UPDATED',
          cityId: paris,
          city: { name: 'Lutetia', editorNotes: 'old name', country: { code: 'FR' } },
        },
      },
      codes: [],
    });
    await stream.return(undefined);
  }
});

test('each event shows the city as it then is', async () => {
  const stream = await subscribeTo(schema, here, document());
  for (const name of ['One', 'Two']) {
    await rename(paris, name, `editorNotes: "${name}"`);
    expect(await next(stream)).toMatchObject({ data: { cityChanged: { city: { name, editorNotes: name } } } });
  }
  await stream.return(undefined);
});

test('says whether the city was created, updated or deleted', async () => {
  const stream = await subscribeTo(schema, here, document('(countryCode: "AQ")'));
  const { data } = await query(
    'mutation { createCity(input: { name: "Base", countryCode: "AQ", latitude: -75, longitude: 0 }) { city { id } } }',
  );
  const { id } = data.createCity.city;
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { action: 'CREATED', city: { name: 'Base' } } } });
  await query(
    `mutation { upsertCity(input: { id: "${id}", name: "Camp", countryCode: "AQ", latitude: -75, longitude: 0 }) { created } }`,
  );
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { action: 'UPDATED', city: { name: 'Camp' } } } });
  await query(`mutation { deleteCity(input: { id: "${id}" }) { deletedCityId } }`);
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { action: 'DELETED', cityId: id, city: null } } });
  await stream.return(undefined);
});

test('hears only of the country that it asked for, and of cities that leave it', async () => {
  const stream = await subscribeTo(schema, here, document('(countryCode: "JP")'));
  await rename(paris, 'Paris');
  await rename(tokyo, 'Edo', 'countryCode: "KR"');
  await rename(tokyo, 'Paris of the East', 'countryCode: "KR"');
  await rename(tokyo, 'Tokyo', 'countryCode: "JP"');
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { cityId: tokyo } } });
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { city: { name: 'Tokyo' } } } });
  await stream.return(undefined);
});

test('hears nothing of a change that was not made', async () => {
  const stream = await subscribeTo(schema, here, document());
  await query(`mutation { updateCity(input: { id: "${paris}", countryCode: "XX" }) { city { id } } }`);
  await rename(paris, 'Paris');
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { city: { name: 'Paris' } } } });
  await stream.return(undefined);
});

test('passes over notices that are none of ours', async () => {
  const stream = await subscribeTo(schema, here, document());
  for (const payload of ['', 'x', '{}', '[]', 'null', '{"action":"CREATED","id":"1","countryCodes":[]}']) {
    await database.notify('fieldpass_city_changed', payload);
  }
  await rename(paris, 'Still Paris');
  expect(await next(stream)).toMatchObject({ data: { cityChanged: { city: { name: 'Still Paris' } } } });
  await stream.return(undefined);
});

test('a subscriber that does not read is told that it missed changes', async () => {
  const stream = await here.cityChanges.subscribe('FR');
  const other = await here.cityChanges.subscribe('JP');
  const send = (countryCode: string) => {
    const id = '0190ffff-0000-7000-8000-000000000000';
    return database.notify(
      'fieldpass_city_changed',
      JSON.stringify({ action: 'UPDATED', id, countryCodes: [countryCode] }),
    );
  };
  for (let sent = 0; sent < 1001; sent++) await send('FR');
  await send('JP');
  // Notices come in the order in which they were sent: with this one, all have come.
  await other.next();
  await other.return?.();
  for (let read = 0; read < 1000; read++) expect((await stream.next()).done).toBe(false);
  await expect(stream.next()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(await stream.next()).toEqual({ value: undefined, done: true });
});

test('ends when the services close, and takes no new subscriber', async () => {
  const services = placesServices(database);
  const stream = await subscribeTo(schema, services, document());
  const pending = next(stream);
  await services.close();
  expect(await pending).toBe('done');
  await expect(services.cityChanges.subscribe(undefined)).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
  await services.close();
});
