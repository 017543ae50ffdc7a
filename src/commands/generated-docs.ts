import { describeCaches } from '../compose/cache-bounds.ts';
import { describeSettings } from '../config/describe-settings.ts';
import { errorCodes } from '../kernel/error-codes.ts';
import { describeMetrics } from '../telemetry/metrics/describe-metrics.ts';
import { databaseSection } from './database-section.ts';

export interface GeneratedDoc {
  readonly path: string;
  readonly text: string;
}

/** The pages of the documentation that are tables of the code. */
export function generatedDocs(): readonly GeneratedDoc[] {
  return [
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/metrics.md', text: metricsPage() },
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

## What stays in memory

No setting: what is kept from one request to the next is bounded in bytes, whatever is sent. What was used least recently
goes first, and nothing that was refused stays. The weights are estimates from above that tests hold against the heap.
*Of each API* means twice: for the protected one and for the management API.

<!-- Made from src/compose/cache-bounds.ts by \`npm run docs:print\`. -->

${describeCaches()}

${databaseSection}`;
}

function metricsPage(): string {
  return `# Metrics

\`/metrics\` answers in the text format of Prometheus. With \`METRICS_TOKEN\` it does so on every listener, to whoever sends
the token; without, on the listener of \`ADMIN_PORT\` alone, to everybody who can reach it; otherwise it is a 404.

\`\`\`yaml
scrape_configs:
  - job_name: fieldpass
    authorization: { credentials_file: /run/secrets/metrics-token }
    static_configs: [{ targets: ['fieldpass:4000'] }]
\`\`\`

No label holds anything that a client sends, nor a key: there are a few hundred series, however many keys there are. What
a single key did is in [usage](usage.md); what a single request did, in [traces and logs](traces-and-logs.md).
[grafana/dashboard.json](grafana/dashboard.json) shows them all: import it in Grafana and choose the data source.

## What to be woken for

| expression | what it means |
| --- | --- |
| \`increase(fieldpass_estimate_violations_total[1h]) > 0\` | a price was too low: a fault of Fieldpass; the log has the operation |
| \`increase(fieldpass_list_truncations_total[1h]) > 0\` | a list of your API is longer than it declares: its field is \`LIST_TOO_LONG\` |
| \`max(fieldpass_throttle_store_degraded) > 0\` for 5 minutes | instances count for themselves, or refuse (\`THROTTLE_ON_STORE_FAILURE\`) |
| \`increase(fieldpass_usage_dropped_requests_total[1h]) > 0\` | the database was away for too long: usage has a gap |
| \`rate(fieldpass_requests_total{outcome="UNAVAILABLE"}[5m]) > 0\` | the database or the throttle store does not answer |
| \`fieldpass_usage_buffered_rows > 30000\` | usage is not written: half of the room for it is used up |

<!-- Made from src/telemetry/metrics/definitions.ts by \`npm run docs:print\`. -->

## All of them

${describeMetrics()}
`;
}
