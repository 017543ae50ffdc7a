/**
 * Draws an export of usage: `npm run usage:export -- --since 2d --by OUTCOME --format jsonl | npx tsx bench/usage-chart.ts > chart.svg`.
 * Requests of each interval, stacked by outcome.
 */
import { createInterface } from 'node:readline';

interface Row {
  readonly at: string;
  readonly outcome: string;
  readonly requests: number;
}

/** Apart for colour-blind eyes as well (Okabe and Ito, 2008); what is well is calm. */
const colours: Readonly<Record<string, string>> = {
  OK: '#56b4e9',
  THROTTLED: '#e69f00',
  FORBIDDEN: '#d55e00',
  INVALID: '#cc79a7',
  ERROR: '#000000',
  UNAUTHENTICATED: '#f0e442',
  BLOCKED: '#0072b2',
  UNAVAILABLE: '#999999',
};
const [width, height] = [860, 300];
const area = { left: 64, top: 40, width: 776, height: 212 };

const rows: Row[] = [];
for await (const line of createInterface({ input: process.stdin })) rows.push(JSON.parse(line));
process.stdout.write(chart(rows));

function chart(all: readonly Row[]): string {
  const times = [...new Set(all.map(({ at }) => Date.parse(at)))].sort((one, other) => one - other);
  const steps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const [first = 0, last = 0, step = Math.min(...steps, 86_400_000)] = [times[0], times.at(-1)];
  const outcomes = Object.keys(colours).filter((name) => all.some(({ outcome }) => outcome === name));
  const sum = (of: readonly Row[]) => of.reduce((total, { requests }) => total + requests, 0);
  const rowsAt = (at: number, outcome?: string) =>
    all.filter((row) => Date.parse(row.at) === at && (outcome === undefined || row.outcome === outcome));
  const most = roundUp(Math.max(1, ...times.map((at) => sum(rowsAt(at)))));
  const x = (at: number) => area.left + ((at - first) / (last - first + step)) * area.width;
  const y = (count: number) => area.top + area.height * (1 - count / most);
  const barWidth = Math.max(1, (area.width * step) / (last - first + step) - 1.5);

  const bars = times.flatMap((at) => {
    let below = 0;
    return outcomes.map((outcome) => {
      const count = sum(rowsAt(at, outcome));
      below += count;
      return count === 0
        ? ''
        : `<rect x="${x(at).toFixed(1)}" y="${y(below).toFixed(1)}" width="${barWidth.toFixed(1)}" height="${(y(0) - y(count)).toFixed(1)}" fill="${colours[outcome]}"/>`;
    });
  });
  const lines = [0, 0.5, 1].map(
    (share) =>
      `<path d="M${area.left} ${y(most * share)}h${area.width}" stroke="#ddd"/><text x="${area.left - 8}" y="${y(most * share) + 4}" text-anchor="end">${most * share}</text>`,
  );
  const every = Math.max(1, Math.ceil(times.length / 8));
  const labels = times
    .filter((_at, index) => index % every === 0)
    .map((at) => `<text x="${x(at).toFixed(1)}" y="${area.top + area.height + 20}">${timeLabel(at)}</text>`);
  const legend = outcomes.map(
    (outcome, index) =>
      `<rect x="${area.left + index * 150}" y="14" width="12" height="12" fill="${colours[outcome]}"/><text x="${area.left + index * 150 + 18}" y="24">${outcome} ${sum(all.filter((row) => row.outcome === outcome))}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">
<title>Requests by outcome</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${[...lines, ...bars.filter(Boolean), ...labels, ...legend].join('\n')}
</svg>
`;
}

function timeLabel(at: number): string {
  const text = new Date(at).toISOString();
  return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

function roundUp(count: number): number {
  const unit = 10 ** Math.floor(Math.log10(count));
  return Math.ceil(count / unit) * unit;
}
