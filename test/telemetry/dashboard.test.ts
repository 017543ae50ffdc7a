import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type MetricDefinition, metricDefinitions } from '../../src/telemetry/metrics/definitions.ts';

interface Panel {
  readonly type: string;
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(
  readFileSync('docs/grafana/dashboard.json', 'utf8'),
);
const targets = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

const known: Readonly<Record<string, MetricDefinition>> = metricDefinitions;
/** Labels that Prometheus adds when it scrapes. */
const scraped = ['instance', 'job'];

/** The metrics that an expression names, with the labels that it selects by or that their series have. */
function metricsOf(expr: string): readonly { readonly name: string; readonly selected: readonly string[] }[] {
  return [...expr.matchAll(/\b((?:fieldpass|nodejs|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', labels = '']) => ({
      name,
      selected: [...labels.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }),
  );
}

/** The definition of a metric or, of a histogram, of one of its series. */
function definitionOf(name: string): MetricDefinition | undefined {
  const [, histogram = ''] = /^(.*)_(?:bucket|sum|count)$/.exec(name) ?? [];
  const ofHistogram = known[histogram];
  return ofHistogram?.type === 'histogram' ? { ...ofHistogram, labels: [...ofHistogram.labels, 'le'] } : known[name];
}

describe('the dashboard', () => {
  it.each(targets.map(({ title, expr }) => [title, expr] as const))('%s: %s', (_, expr) => {
    const metrics = metricsOf(expr);
    expect(metrics.length).toBeGreaterThan(0);
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */));
    for (const { name, selected } of metrics) {
      const definition = definitionOf(name);
      expect(definition, `${name} is a metric`).toBeDefined();
      for (const label of [...selected, ...grouped])
        expect([...(definition?.labels ?? []), ...scraped]).toContain(label);
      // A histogram has no series of its own name, and only what grows has a rate.
      expect(known[name]?.type).not.toBe('histogram');
      const isRate = new RegExp(`(rate|increase)\\(${name}\\b`).test(expr);
      expect(isRate, `${name} as a rate`).toBe(definition?.type !== 'gauge');
    }
  });

  it('names no label in a legend that its series do not have', () => {
    for (const { title, expr, legendFormat } of targets) {
      const named = [...legendFormat.matchAll(/\{\{([a-z_]+)\}\}/g)].map(([, label = '']) => label);
      const aggregated = /\b(?:sum|max|min)\b/.test(expr);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/, */));
      const own = metricsOf(expr).flatMap(({ name }) => [...(definitionOf(name)?.labels ?? []), ...scraped]);
      for (const label of named) expect(aggregated ? grouped : own, title).toContain(label);
    }
  });

  it('shows all that must stay 0', () => {
    const shown = targets.flatMap(({ expr }) => metricsOf(expr).map(({ name }) => name));
    const mustStay = Object.entries(known).filter(([, { help }]) => help.includes('must stay 0'));
    expect(mustStay).toHaveLength(2);
    for (const [name] of mustStay) expect(shown).toContain(name);
  });

  it('has panels with ids of their own, side by side', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
