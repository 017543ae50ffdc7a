import { type MetricDefinition, metricDefinitions } from './definitions.ts';

/** The metrics as a Markdown table: what `docs/metrics.md` prints. */
export function describeMetrics(): string {
  const rows = Object.entries<MetricDefinition>(metricDefinitions).map(([name, { type, labels, help }]) => {
    const named = labels.length === 0 ? '–' : labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${named} | ${help} |`;
  });
  return ['| name | type | labels | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
