import type { Plugin } from 'vite';

/**
 * Takes the fonts out of GraphiQL's style sheet, where they stand as data URLs: half a megabyte that every first visit
 * would wait for. The page uses the system's own fonts, and Monaco brings its icons as a file.
 */
export function withoutEmbeddedFonts(): Plugin {
  return {
    name: 'fieldpass:without-embedded-fonts',
    enforce: 'pre',
    transform: {
      filter: { id: /graphiql\/dist\/style\.css/ },
      handler: (code) => code.replaceAll(/@font-face\s*\{[^}]*url\(data:font\/[^}]*\}/g, ''),
    },
  };
}
