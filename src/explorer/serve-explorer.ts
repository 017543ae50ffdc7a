import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acceptedCoding } from './accepted-coding.ts';
import { type BuiltAsset, readBuiltAssets } from './built-assets.ts';
import { inPieces } from './in-pieces.ts';
import { pageHeaders } from './page-headers.ts';
import { pageHtml, unbuiltPageHtml } from './page-html.ts';

/** Serves GraphiQL from files of this package, and from nowhere else. */
export interface Explorer {
  /** The page of a surface. It explores the address at which it is served. */
  page(surface: ExplorerSurface): Response;
  /** A file of the page by its path, or `undefined` when there is none; coded as `Accept-Encoding` allows. */
  asset(pathname: string, acceptEncoding?: string): Response | undefined;
}

export type ExplorerSurface = 'API' | 'MANAGEMENT';

export interface ExplorerOptions {
  /** Where `npm run build` put the page. By default where it always does. */
  readonly directory?: string;
  /** What the page calls each API. */
  readonly titles?: Readonly<Record<ExplorerSurface, string>>;
}

/** Under which path the build expects its assets; the `base` of `vite.config.ts`. */
const basePath = '/graphiql/';

/** The build's folder, seen from `src/explorer` and from `dist/explorer` alike. */
const builtDirectory = fileURLToPath(new URL('../../dist/explorer/page', import.meta.url));

/** Reads the built page once. Without one, the page says how to build it and the server works as ever. */
export function createExplorer({
  directory = builtDirectory,
  titles = { API: 'Places API', MANAGEMENT: 'Management API' },
}: ExplorerOptions = {}): Explorer {
  const index = join(directory, 'index.html');
  if (!existsSync(index)) {
    return { page: () => htmlResponse(unbuiltPageHtml, 503), asset: () => undefined };
  }
  const built = readFileSync(index, 'utf8');
  const assets = readBuiltAssets(directory, basePath);
  const pages: Readonly<Record<ExplorerSurface, string>> = {
    API: pageHtml(built, { surface: 'API', title: titles.API }),
    MANAGEMENT: pageHtml(built, { surface: 'MANAGEMENT', title: titles.MANAGEMENT }),
  };
  return {
    page: (surface) => htmlResponse(pages[surface], 200),
    asset(pathname, acceptEncoding = '') {
      const asset = assets.get(pathname);
      return asset && assetResponse(asset, acceptEncoding);
    },
  };
}

function htmlResponse(html: string, status: number): Response {
  return new Response(html, { status, headers: { ...pageHeaders } });
}

/** Names of assets carry a hash of their content, so that a browser never has to ask again (RFC 8246). */
function assetResponse(asset: BuiltAsset, acceptEncoding: string): Response {
  const coding = acceptedCoding(acceptEncoding);
  const coded = coding && asset[coding];
  const body = coded ?? asset.identity;
  return new Response(inPieces(body), {
    headers: {
      'Content-Type': asset.contentType,
      'Content-Length': String(body.length),
      'Cache-Control': 'public, max-age=31536000, immutable',
      // For the workers, which are scripts with a policy of their own.
      'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      Vary: 'Accept-Encoding',
      ...(coded && coding ? { 'Content-Encoding': coding } : {}),
    },
  });
}
