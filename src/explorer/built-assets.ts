import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { invariant } from '../kernel/invariant.ts';

/** A file of the built page, with the compressed forms that the build made of it. */
export interface BuiltAsset {
  readonly contentType: string;
  readonly identity: Buffer<ArrayBuffer>;
  readonly br: Buffer<ArrayBuffer> | undefined;
  readonly gzip: Buffer<ArrayBuffer> | undefined;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/** Bytes. A page that grew beyond it should be served another way, and not from memory. */
const mostBytes = 32 * 1024 * 1024;

/**
 * Reads all assets of a built page into memory, by the path that they are served at. A request is a look-up among these
 * names: no path of a request ever reaches the file system.
 */
export function readBuiltAssets(directory: string, basePath: string): ReadonlyMap<string, BuiltAsset> {
  const folder = join(directory, 'assets');
  const names = readdirSync(folder);
  const contents = new Map(names.map((name) => [name, readFileSync(join(folder, name)) as Buffer<ArrayBuffer>]));
  const bytes = [...contents.values()].reduce((sum, { length }) => sum + length, 0);
  invariant(bytes <= mostBytes, `The built page in ${folder} holds ${bytes} bytes, more than ${mostBytes}.`);
  const assets = new Map<string, BuiltAsset>();
  for (const [name, identity] of contents) {
    const contentType = contentTypes[extname(name)];
    if (!contentType) continue;
    const [br, gzip] = [contents.get(`${name}.br`), contents.get(`${name}.gz`)];
    assets.set(`${basePath}assets/${name}`, { contentType, identity, br, gzip });
  }
  return assets;
}
