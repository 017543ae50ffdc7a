import { describeSettings } from '../config/describe-settings.ts';
import { errorCodes } from '../kernel/error-codes.ts';

export interface GeneratedDoc {
  readonly path: string;
  readonly text: string;
}

/** The pages of the documentation that are tables of the code. */
export function generatedDocs(): readonly GeneratedDoc[] {
  return [
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/configuration.md', text: configurationPage() },
  ];
}

function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, when }]) => `| \`${code}\` | ${status ?? '–'} | ${when} |`,
  );
  return `# Errors

Every error has a code in \`extensions.code\`. A *request* error comes without \`data\` and with the HTTP status below; a
*field* error (–, or any code on a field) comes in a 200 answer beside the data. Parse, validation and coercion errors
are 200 for clients that accept \`application/json\` only, as GraphQL over HTTP says.

<!-- Made from src/kernel/error-codes.ts by \`npm run docs:print\`. -->

| code | status | when |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function configurationPage(): string {
  return `# Configuration

From the environment, or a file \`.env\` in the working directory. A value that cannot be used, an unknown \`FIELDPASS_*\`
name, and a name within two edits of one of these stop the start with one line that says what is expected. Durations are
\`30s\`, \`24h\`, \`90d\` or ISO 8601.

<!-- Made from src/config/ by \`npm run docs:print\`. -->

${describeSettings()}
`;
}
