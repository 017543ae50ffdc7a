import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExplorer, type Explorer } from '../../src/explorer/serve-explorer.ts';

const script = 'export const answer = 42;\n'.repeat(80);
const large = 'abcdefgh'.repeat(25_000);
const html =
  '<!doctype html><script type="application/json" id="fieldpass">{}</script><script src="/graphiql/assets/a-1.js"></script>';
const titles = { API: 'Zoo </script><b>$& API', MANAGEMENT: 'Keys' };

let directory: string;
let explorer: Explorer;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'explorer-'));
  const assets = join(directory, 'assets');
  mkdirSync(assets);
  writeFileSync(join(directory, 'index.html'), html);
  writeFileSync(join(directory, 'secret.txt'), 'not an asset');
  writeFileSync(join(assets, 'a-1.js'), script);
  writeFileSync(join(assets, 'a-1.js.br'), brotliCompressSync(script));
  writeFileSync(join(assets, 'a-1.js.gz'), gzipSync(script));
  writeFileSync(join(assets, 'large-3.js'), large);
  writeFileSync(join(assets, 'empty-4.css'), '');
  writeFileSync(join(assets, 'icons-2.ttf'), Buffer.from([0, 1, 0, 0]));
  explorer = createExplorer({ directory, titles });
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('the page', () => {
  it('is HTML that no cache keeps', async () => {
    const page = explorer.page('API');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toContain('no-store');
    expect(page.headers.get('vary')).toContain('Accept');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('allows scripts from files of this origin only, and no frame around it', () => {
    const policy = explorer.page('API').headers.get('content-security-policy') ?? '';
    const directives = policy.split('; ');
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain("script-src 'self'");
    expect(directives).toContain("connect-src 'self'");
    expect(directives).toContain("frame-ancestors 'none'");
    expect(directives).toContain("base-uri 'none'");
    expect(directives).toContain("form-action 'none'");
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
  });

  it('carries the surface and its title, which cannot end the script that holds them', async () => {
    const api = await explorer.page('API').text();
    expect(api.match(/<script/g)).toHaveLength(2);
    const json = /id="fieldpass">([^<]*)<\/script>/.exec(api)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual({ surface: 'API', title: titles.API });
    expect(await explorer.page('MANAGEMENT').text()).toContain('"surface":"MANAGEMENT","title":"Keys"');
  });

  it('says how to build it while it is not built, and has no assets', async () => {
    const unbuilt = createExplorer({ directory: join(directory, 'assets') });
    const page = unbuilt.page('API');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await page.text()).toContain('npm run build');
    expect(unbuilt.asset('/graphiql/assets/a-1.js')).toBeUndefined();
  });
});

describe('an asset', () => {
  it('is cached for good, with its own type', () => {
    const asset = explorer.asset('/graphiql/assets/a-1.js');
    expect(asset?.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset?.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(asset?.headers.get('x-content-type-options')).toBe('nosniff');
    expect(asset?.headers.get('vary')).toBe('Accept-Encoding');
    expect(explorer.asset('/graphiql/assets/icons-2.ttf')?.headers.get('content-type')).toBe('font/ttf');
  });

  it.each([
    { acceptEncoding: 'gzip, deflate, br, zstd', coding: 'br' },
    { acceptEncoding: 'gzip', coding: 'gzip' },
    { acceptEncoding: 'GZIP;q=0.5, br;q=0', coding: 'gzip' },
    { acceptEncoding: '*', coding: 'br' },
    { acceptEncoding: 'br;q=0, *;q=0', coding: null },
    { acceptEncoding: 'identity', coding: null },
    { acceptEncoding: '', coding: null },
  ])('comes as $coding for Accept-Encoding "$acceptEncoding", with the same content', async (each) => {
    const asset = explorer.asset('/graphiql/assets/a-1.js', each.acceptEncoding);
    expect(asset?.headers.get('content-encoding')).toBe(each.coding);
    const body = Buffer.from((await asset?.arrayBuffer()) ?? new ArrayBuffer());
    expect(asset?.headers.get('content-length')).toBe(String(body.length));
    const decoded =
      each.coding === 'br' ? brotliDecompressSync(body) : each.coding === 'gzip' ? gunzipSync(body) : body;
    expect(decoded.toString()).toBe(script);
  });

  it('is sent from the one copy that the server has, in pieces, however many ask for it', async () => {
    const pieces = async () => {
      const body: ReadableStream<Uint8Array> | null | undefined = explorer.asset('/graphiql/assets/large-3.js')?.body;
      const read: Uint8Array[] = [];
      for await (const piece of body ?? []) read.push(piece);
      return read;
    };
    const [first, second] = await Promise.all([pieces(), pieces()]);
    expect(first.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3_392]);
    expect(Buffer.concat(second).equals(Buffer.from(large))).toBe(true);
    expect(new Set([...first, ...second].map(({ buffer }) => buffer)).size).toBe(1);
  });

  it('that is empty has an empty content', async () => {
    const asset = explorer.asset('/graphiql/assets/empty-4.css');
    expect(asset?.headers.get('content-length')).toBe('0');
    expect(await asset?.text()).toBe('');
  });

  it('without a compressed form comes as it is', () => {
    const asset = explorer.asset('/graphiql/assets/icons-2.ttf', 'br');
    expect(asset?.headers.get('content-encoding')).toBeNull();
    expect(asset?.headers.get('content-length')).toBe('4');
  });

  it.each([
    '/graphiql/assets/../secret.txt',
    '/graphiql/assets/..%2fsecret.txt',
    '/graphiql/secret.txt',
    '/graphiql/index.html',
    '/graphiql/assets/',
    '/graphiql/assets/a-1.js/',
    '/graphiql/assets/a-1.js%00',
    '/graphiql/assets/a-1.js.br',
    '/graphiql/assets/constructor',
    'a-1.js',
  ])('%s is not one', (pathname) => {
    expect(explorer.asset(pathname)).toBeUndefined();
  });
});
