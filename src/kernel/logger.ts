import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Where a secret could stand in an object that somebody logs. Texts never carry one: messages are constant. */
const redactedPaths = ['authorization', 'apiKey', 'key', 'secret', 'pepper', 'password', 'cookie'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** PostgreSQL quotes whole rows there, with hashes of secrets and addresses of people. */
const quotedRows = ['err.detail', 'err.where', 'err.*.detail', 'err.*.where'];

/**
 * JSON lines with an ISO time; values under secret names are replaced. `redact` has the last word on each text in a line:
 * errors of libraries repeat what a client sent.
 */
export function createLogger(
  level: LogLevel,
  destination?: DestinationStream,
  redact: (text: string) => string = (text) => text,
): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [...redactedPaths, ...quotedRows, 'req.headers["x-api-key"]', 'headers["x-api-key"]'],
      censor: '[redacted]',
    },
    hooks: { streamWrite: (line: string) => redactLine(line, redact) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** A text as JSON has it (RFC 8259 §7). */
const jsonText = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/**
 * A line of JSON with each of its texts redacted, names of members too. What stands between texts is never touched: the
 * line stays one object with all its members, in their order. Most lines have nothing to redact, which one look tells.
 */
function redactLine(line: string, redact: (text: string) => string): string {
  if (redact(line) === line) return line;
  return line.replace(jsonText, (written) => {
    const text: unknown = JSON.parse(written);
    if (typeof text !== 'string') return written;
    const kept = redact(text);
    return kept === text ? written : JSON.stringify(kept);
  });
}
