import type { z } from 'zod';
import { formatIsoDuration } from '../kernel/duration.ts';
import { secretNames, sections } from './settings.ts';

/** The settings as Markdown tables, one a section: what `docs/configuration.md` prints. */
export function describeSettings(): string {
  return Object.entries(sections)
    .map(([title, settings]) => {
      const rows = Object.entries(settings).map(([name, schema]) => describe(name, schema));
      return [
        `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
        '',
        '| name | default | what it is |',
        '| --- | --- | --- |',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

function describe(name: string, schema: z.ZodType): string {
  const answer = schema.safeParse(undefined);
  const value = answer.success ? answer.data : undefined;
  const file = secretNames.has(name) ? ` Also \`${name}_FILE\`.` : '';
  return `| \`${name}\` | ${shown(name, value)} | ${schema.description ?? ''}${file} |`;
}

const durations = /VALIDITY|TIMEOUT|DELAY|RETENTION/;

function shown(name: string, value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : `\`${value.join(',')}\``;
  if (typeof value === 'boolean') return `\`${value ? 'on' : 'off'}\``;
  return `\`${durations.test(name) && typeof value === 'number' ? formatIsoDuration(value) : String(value)}\``;
}
