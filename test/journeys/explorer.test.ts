import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Addresses } from '../../src/compose/open-listeners.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { buildExplorer } from '../explorer/build-explorer.ts';
import { chromiumPath, launchBrowser, noChromium, type OfflinePage, type TestBrowser } from '../support/browser.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

if (!chromiumPath()) console.warn(`GraphiQL on the real server is not tested: ${noChromium}`);

describe.skipIf(!chromiumPath())('a person with a key in GraphiQL', () => {
  let test: TestApp;
  let addresses: Addresses;
  let browser: TestBrowser | undefined;

  beforeAll(async () => {
    await buildExplorer();
    test = await openTestApp({ places: true, overrides: { clock: systemClock } });
    addresses = await test.app.listen();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await test?.close();
  });

  async function open(address: string): Promise<OfflinePage> {
    if (!browser) throw new Error(noChromium);
    const offline = await browser.open({ viewport: { width: 1280, height: 800 } });
    await offline.page.goto(address);
    return offline;
  }

  async function useKey({ page }: OfflinePage, key: string): Promise<void> {
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }

  const run = ({ page }: OfflinePage) => page.getByRole('button', { name: /Execute query/ }).click();
  const answered = ({ page }: OfflinePage, text: string) =>
    page.locator('.graphiql-response', { hasText: text }).waitFor();

  it('pastes it, runs a query, and finds only what it may use in the docs, all offline', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country', 'read:City.name']);
    const offline = await open(addresses.api);
    await useKey(offline, key);
    await run(offline);
    await answered(offline, '"name": "test"');

    const { page } = offline;
    await page.getByRole('button', { name: /Documentation Explorer/ }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByRole('link', { name: 'Query', exact: true }).first().click();
    await docs.getByText('cities', { exact: true }).first().waitFor();
    await docs.getByRole('link', { name: 'City', exact: true }).first().click();
    await docs.getByText('name', { exact: true }).first().waitFor();
    const fields = await docs.locator('.graphiql-doc-explorer-field-name').allTextContents();
    expect(fields).toContain('name');
    expect(await docs.textContent()).not.toMatch(/population|contributorEmail|editorNotes|location/);

    expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toContain(key.slice(-20));
    expect(offline.foreignRequests).toEqual([]);
    expect(offline.errors).toEqual([]);
    await offline.close();
  });

  it('manages keys on the management surface with the admin key', async () => {
    const offline = await open(addresses.management);
    await useKey(offline, test.adminKey);
    await run(offline);
    await answered(offline, '"First management key"');
    expect(offline.errors).toEqual([]);
    await offline.close();
  });

  it('is told that a key belongs to the other surface', async () => {
    const offline = await open(addresses.api);
    await offline.page.getByLabel('API key').fill(test.adminKey);
    await offline.page.getByRole('button', { name: 'Use key' }).click();
    await offline.page.getByText('works on /admin/graphql only').waitFor();
    await offline.close();
  });
});
