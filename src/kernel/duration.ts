/**
 * ISO 8601 durations of fixed length: weeks, days, hours, minutes and seconds (`P90D`, `PT24H`, `P1DT12H`, `PT0.5S`).
 * Months and years have no fixed length and are refused.
 */
const isoPattern =
  /^P(?=.)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/;

const shortPattern = /^(\d{1,9})\s*(ms|s|m|h|d)$/;
const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of an ISO 8601 duration, or `undefined` when the text is none. */
export function parseIsoDuration(text: string): number | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const [, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return Math.round(
    Number(weeks) * 7 * unitMs.d +
      Number(days) * unitMs.d +
      Number(hours) * unitMs.h +
      Number(minutes) * unitMs.m +
      Number(seconds) * unitMs.s,
  );
}

/** Milliseconds of `250ms`, `30s`, `15m`, `24h`, `90d` or an ISO 8601 duration, or `undefined`. */
export function parseDuration(text: string): number | undefined {
  const match = shortPattern.exec(text);
  if (!match) return parseIsoDuration(text);
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}

/** The shortest ISO 8601 text of a whole number of milliseconds. */
export function formatIsoDuration(ms: number): string {
  const days = Math.floor(ms / unitMs.d);
  const hours = Math.floor((ms % unitMs.d) / unitMs.h);
  const minutes = Math.floor((ms % unitMs.h) / unitMs.m);
  const seconds = (ms % unitMs.m) / unitMs.s;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}${days || time ? '' : 'T0S'}`;
}
