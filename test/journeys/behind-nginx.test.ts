import { type Client, createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { type Nginx, nginxBinary, openNginx } from '../support/nginx.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

if (nginxBinary === undefined) process.stderr.write('no nginx here: what it does with streams is not tested\n');

describe.skipIf(nginxBinary === undefined)('a client of graphql-sse behind nginx as it comes', () => {
  let test: TestApp;
  let nginx: Nginx;
  let writer: string;
  beforeAll(async () => {
    test = await openTestApp({ places: true, overrides: { clock: systemClock } });
    const { api } = await test.app.listen();
    nginx = await openNginx(new URL(api).origin.replace('localhost', '127.0.0.1'));
    writer = (await test.createKey(['write:Mutation', 'write:City', 'read:City.id'])).key;
  });
  afterAll(async () => {
    await nginx?.close();
    await test?.close();
  });

  const watching = ['read:Subscription', 'read:CityChange', 'read:City.name', 'read:Country.code', 'read:City.country'];
  const names = { query: 'subscription { cityChanged(countryCode: "CH") { city { name } } }' };

  function client(key: string): Client {
    return createClient({ url: `${nginx.address}/graphql`, headers: { 'X-API-Key': key }, retryAttempts: 0 });
  }

  async function change(name: string): Promise<void> {
    const create = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { __typename } }';
    await test.graphql(writer, create, { input: { name, countryCode: 'CH', latitude: 47, longitude: 8 } });
  }

  /** Changes something until `heard` is there: a stream is open at some moment after it was asked for. */
  async function changeUntil<Value>(heard: Promise<Value>): Promise<Value> {
    let waiting = true;
    const settled = heard.finally(() => {
      waiting = false;
    });
    settled.catch(() => {});
    for (let attempt = 0; waiting && attempt < 200; attempt++) {
      await change(`Neustadt ${attempt}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return settled;
  }

  it('hears of each change when it happens', async () => {
    const sse = client((await test.createKey(watching)).key);
    const events = sse.iterate(names);
    await changeUntil(events.next());
    // One more, which nothing after it pushes through.
    await change('Letztes');
    const heard: unknown[] = [];
    for await (const { data } of events) {
      heard.push(data?.['cityChanged']);
      if (JSON.stringify(data).includes('Letztes')) break;
    }
    expect(heard.at(-1)).toEqual({ city: { name: 'Letztes' } });
    sse.dispose();
  });

  it('is told why the stream is refused', async () => {
    const sse = client((await test.createKey(['read:Subscription'])).key);
    const told: unknown[] = [];
    for await (const { errors, data } of sse.iterate(names)) told.push({ codes: codesOf(errors), data });
    expect(told).toEqual([{ codes: ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'], data: undefined }]);
    sse.dispose();
  });

  it('is told by the status that its key is not one', async () => {
    const sse = client('nonsense');
    const error = await sse
      .iterate(names)
      .next()
      .catch((thrown: unknown) => thrown);
    const { response } = error as { readonly response: Response };
    expect(response.status).toBe(401);
    expect(codesOf((await response.json()).errors)).toEqual(['API_KEY_INVALID']);
    sse.dispose();
  });

  it('gives the place of its stream back when it leaves', async () => {
    const { key } = await test.createKey(watching, { throttle: { inFlight: 1 } });
    const first = client(key);
    const events = first.iterate(names);
    await changeUntil(events.next());
    const others = client(key);
    // One stream is all that the key may have.
    const refused = await others.iterate(names).next();
    expect(codesOf(refused.value?.errors)).toEqual(['THROTTLED']);
    await events.return?.();
    first.dispose();
    let codes = ['THROTTLED'];
    for (let attempt = 0; codes.includes('THROTTLED') && attempt < 200; attempt++) {
      const again = others.iterate(names);
      codes = codesOf((await changeUntil(again.next())).value?.errors);
      await again.return?.();
    }
    expect(codes).toEqual([]);
    others.dispose();
  });
});

function codesOf(errors: readonly { readonly extensions?: object }[] | undefined): string[] {
  return (errors ?? []).map(({ extensions }) => String((extensions as { readonly code?: unknown } | undefined)?.code));
}
