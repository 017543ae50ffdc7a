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

/** JSON lines with an ISO time; values under secret names are replaced. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [...redactedPaths, ...quotedRows, 'req.headers["x-api-key"]', 'headers["x-api-key"]'],
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
