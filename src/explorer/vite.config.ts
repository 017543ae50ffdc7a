import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';
import { withoutEmbeddedFonts } from './without-embedded-fonts.ts';

/** The GraphiQL page. It stands beside the compiled server, in a folder which that compiler never writes to. */
export default defineConfig({
  root: fileURLToPath(new URL('./page', import.meta.url)),
  base: '/graphiql/',
  logLevel: 'warn',
  plugins: [withoutEmbeddedFonts(), precompress()],
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/explorer/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Monaco is as large as it is, and comes only after the first paint.
    chunkSizeWarningLimit: 5000,
    reportCompressedSize: false,
    // Everything that the page loads is a file with a hash in its name.
    assetsInlineLimit: 0,
    // Directives of React's server components mean nothing in a page.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
