import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExplorer } from '../../src/explorer/serve-explorer.ts';
import { chromiumPath, launchBrowser, noChromium, type OfflinePage, type TestBrowser } from '../support/browser.ts';
import { buildExplorer, builtDirectory } from './build-explorer.ts';
import { type StubServer, startStubServer, stubKeys } from './stub-server.ts';

if (!chromiumPath()) console.warn(`GraphiQL's page is not tested: ${noChromium}`);

describe.skipIf(!chromiumPath())('the GraphiQL page', () => {
  let browser: TestBrowser | undefined;
  let server: StubServer;
  let offline: OfflinePage;

  beforeAll(async () => {
    await buildExplorer();
    server = await startStubServer(createExplorer({ directory: builtDirectory }));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(path = '/graphql') {
    if (!browser) throw new Error(noChromium);
    offline = await browser.open({ viewport: { width: 1280, height: 800 } });
    await offline.page.goto(server.origin + path);
    return offline.page;
  }
  type Page = Awaited<ReturnType<typeof open>>;

  async function useKey(page: Page, key: string) {
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }
  const run = (page: Page) => page.getByRole('button', { name: /Execute query/ }).click();
  const tab = (page: Page, name: string) => page.getByRole('tab', { name });
  const answerHas = (page: Page, text: string) => page.locator('.graphiql-response', { hasText: text }).waitFor();

  async function writeSubscription(page: Page) {
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.locator('.graphiql-query-editor .monaco-editor').click();
    await page.keyboard.insertText('subscription Changes { cityChanged { name } }');
    await tab(page, 'Changes').waitFor();
  }

  it('opens without a key, asks nothing of the server, and says how to begin', async () => {
    const before = server.credentials.length;
    const page = await open();
    await page.getByRole('heading', { name: 'Paste a key to begin' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await page.getByText('.fieldpass/demo.key').count()).toBe(1);
    expect(await page.getByText('Authorization: Bearer').count()).toBe(1);
    expect(await page.title()).toBe('Places API · Fieldpass');
    expect(server.credentials.length).toBe(before);
    expect(offline.foreignRequests).toEqual([]);
    expect(offline.errors).toEqual([]);
    await offline.close();
  });

  it('fetches the schema of a key, runs a query with it and tells its cost, all offline', async () => {
    const page = await open();
    await useKey(page, ` ${stubKeys.wide}\n`);
    await run(page);
    await answerHas(page, '"wide"');
    const cost = page.getByRole('status', { name: 'Cost and budget' });
    expect(await cost.textContent()).toMatch(/Cost 12 points of 14 reserved.*954 of 1,000 left/);
    expect(server.credentials.at(-1)).toBe(stubKeys.wide);
    expect(offline.foreignRequests).toEqual([]);
    expect(offline.errors).toEqual([]);
    await offline.close();
  });

  it('keeps the key for the tab alone', async () => {
    const page = await open();
    await useKey(page, stubKeys.wide);
    await run(page);
    await answerHas(page, '"wide"');
    await page.reload();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await run(page);
    await answerHas(page, '"wide"');
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).toBe('{}');
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(page.url()).toBe(`${server.origin}/graphql`);
    await offline.close();
  });

  it('shows only what the key may see: in the docs and in the operations to start with', async () => {
    const page = await open();
    await useKey(page, stubKeys.narrow);
    expect(await tab(page, 'AroundAPoint').count()).toBe(0);
    await tab(page, 'CitiesOfCountry').click();
    await page.locator('.graphiql-query-editor', { hasText: 'endCursor' }).waitFor();
    expect(await page.locator('.graphiql-query-editor').textContent()).not.toContain('population');
    await run(page);
    await answerHas(page, 'Lisbon');
    expect(await page.locator('.graphiql-response').textContent()).not.toContain('errors');

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByRole('link', { name: 'City', exact: true }).click();
    await docs.getByText('country', { exact: true }).waitFor();
    expect(await docs.textContent()).not.toContain('population');
    await offline.close();
  });

  it('exchanges the schema with the key', async () => {
    const page = await open();
    await useKey(page, stubKeys.narrow);
    await tab(page, 'WhoAmI').waitFor();
    await useKey(page, stubKeys.wide);
    await tab(page, 'AroundAPoint').click();
    await page.locator('.graphiql-query-editor', { hasText: 'population' }).waitFor();
    await run(page);
    await answerHas(page, '517802');
    expect(server.credentials.at(-1)).toBe(stubKeys.wide);
    await offline.close();
  });

  it('forgets a key with all that came with it', async () => {
    const page = await open();
    await useKey(page, stubKeys.wide);
    await page.getByRole('button', { name: 'Forget key' }).click();
    await page.getByRole('heading', { name: 'Paste a key to begin' }).waitFor();
    expect(await page.getByLabel('API key').inputValue()).toBe('');
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(stubKeys.wide);
    const before = server.credentials.length;
    await page.reload();
    await page.getByRole('heading', { name: 'Paste a key to begin' }).waitFor();
    expect(server.credentials.length).toBe(before);
    await offline.close();
  });

  it('says beside the key box why a key is refused', async () => {
    const page = await open();
    await page.getByLabel('API key').fill('fieldpass_test_nobody');
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.getByRole('alert').filter({ hasText: 'This key is not valid.' }).waitFor();
    await page.getByRole('heading', { name: 'Paste a key to begin' }).waitFor();
    await page.getByLabel('API key').fill('with a space');
    await page.getByRole('button', { name: 'Use key' }).click();
    await page.getByRole('alert').filter({ hasText: 'no spaces' }).waitFor();
    await offline.close();
  });

  it('says when a throttled operation can be tried again', async () => {
    const page = await open();
    await useKey(page, stubKeys.throttled);
    await run(page);
    await page.getByText('Throttled: try again in 7 s').waitFor();
    await answerHas(page, 'THROTTLED');
    await offline.close();
  });

  it('streams a subscription, and ends it on the server when it is stopped', async () => {
    const page = await open();
    await useKey(page, stubKeys.wide);
    await writeSubscription(page);
    await run(page);
    await answerHas(page, 'Porto');
    expect(server.openStreams()).toBe(1);
    await page.getByRole('button', { name: /Stop query/ }).click();
    await expect.poll(() => server.openStreams()).toBe(0);
    expect(offline.errors).toEqual([]);
    await offline.close();
  });

  it('shows why a subscription was refused, which comes as a stream too', async () => {
    const page = await open();
    await useKey(page, stubKeys.throttled);
    await writeSubscription(page);
    await run(page);
    await page.getByText('Throttled: try again in 9 s').waitFor();
    await answerHas(page, 'THROTTLED');
    await offline.close();
  });

  it('lets one tab use another key, and never sends two', async () => {
    const page = await open();
    await useKey(page, stubKeys.wide);
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    // Not typed: Monaco would close the brackets a second time.
    await page.evaluate(setModel, ['request-headers', `{ "x-api-key": "${stubKeys.narrow}" }`]);
    await run(page);
    await answerHas(page, '"narrow"');
    expect(server.credentials.at(-1)).toBe(stubKeys.narrow);
    await offline.close();
  });

  it('explores the management API at its own address', async () => {
    const page = await open('/admin/graphql');
    await page.getByText('.fieldpass/admin.key').waitFor();
    expect(await page.title()).toBe('Management API · Fieldpass');
    await useKey(page, stubKeys.wide);
    await run(page);
    await answerHas(page, '"wide"');
    await offline.close();
  });
});

/** Runs in the page. GraphiQL leaves its Monaco where it can be found. */
function setModel([name = '', value = '']: string[]): void {
  interface Model {
    readonly uri: { readonly path: string };
    setValue(value: string): void;
  }
  const { __MONACO: monaco } = globalThis as unknown as { __MONACO: { editor: { getModels(): Model[] } } };
  monaco.editor
    .getModels()
    .find(({ uri }) => uri.path.includes(name))
    ?.setValue(value);
}
