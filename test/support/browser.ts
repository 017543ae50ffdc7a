import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A page of a browser that reaches this machine and nothing else. */
export interface OfflinePage {
  readonly page: Page;
  /** Addresses of other machines that the page or its workers asked for; every one was refused. */
  readonly foreignRequests: readonly string[];
  /** Errors that the page wrote to its console or threw, violations of its content security policy included. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface TestBrowser {
  /** Every page is a new profile: no storage and no cache of another. */
  open(options?: BrowserContextOptions): Promise<OfflinePage>;
  close(): Promise<void>;
}

/** The system's Chromium: `CHROMIUM_PATH`, or where Debian puts it. `undefined` when there is none. */
export function chromiumPath(): string | undefined {
  const path = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  return existsSync(path) ? path : undefined;
}

/** Why browser tests do not run, for those who wonder. */
export const noChromium = 'no Chromium: install it, or set CHROMIUM_PATH';

/** Starts Chromium without a window. Answers `undefined` where there is none: the test then skips, and says so. */
export async function launchBrowser(): Promise<TestBrowser | undefined> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) return undefined;
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // No name and no address but this machine's is found: by pages, workers, preconnects, the browser itself.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
    ],
  });
  return { open: (options) => openPage(browser, options), close: () => browser.close() };
}

async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OfflinePage> {
  const context = await browser.newContext(options);
  const foreignRequests: string[] = [];
  const errors: string[] = [];
  // Listened to, not routed: routes take the cache away, and each of a hundred files through another process.
  context.on('request', (request) => {
    if (!isLocal(request.url())) foreignRequests.push(request.url());
  });
  const page = await context.newPage();
  // Shorter than a test's own, so that a failure says what was waited for.
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, foreignRequests, errors, close: () => context.close() };
}

function isLocal(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'data:' || protocol === 'blob:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}
