/** The page of one surface: what the build made, with the name of the API in it. No part of a request comes in. */
export function pageHtml(built: string, configuration: { readonly surface: string; readonly title: string }): string {
  // A script element ends at the first `</`, also inside a JSON string (HTML §4.12.1.3).
  const json = JSON.stringify(configuration).replaceAll('<', '\\u003c');
  return built.replace(
    /(<script type="application\/json" id="fieldpass">)[^<]*(<\/script>)/,
    (_whole, open, close) => `${open}${json}${close}`,
  );
}

/** What stands in the page's place until it is built. */
export const unbuiltPageHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Fieldpass</title>
    <style>body { font: 16px/1.6 system-ui, sans-serif; margin: 15vh auto; max-width: 34rem; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>GraphiQL is not built yet</h1>
    <p>Run <code>npm run build</code>, and start the server again. The API itself works without it.</p>
  </body>
</html>
`;
