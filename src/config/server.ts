import { isIP } from 'node:net';
import { z } from 'zod';
import { duration, list, onOff, wholeNumber } from './values.ts';

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** Where the server listens, and whom it believes. */
export const serverSettings = {
  PORT: wholeNumber(0, 65_535)
    .default(4000)
    .describe('Port of `/graphql` (and of everything else, unless `ADMIN_PORT` is set); 0 takes a free one.'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on; `0.0.0.0` for all.'),
  ADMIN_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe('Moves `/admin/graphql` to a listener of its own, with `/metrics`.'),
  ADMIN_HOST: z.string().min(1).default('127.0.0.1').describe('Address of that listener.'),
  KEEP_ALIVE_TIMEOUT: duration(1000, 3_600_000)
    .default(72_000)
    .describe(
      'For how long a connection stays open for a next request. Longer than the load balancer keeps it (60 s at AWS), or it sends requests into connections that are being closed: sporadic 502s. With a balancer of Google Cloud, which keeps them for 600 s, set 620s.',
    ),
  ADMIN_ALLOWED_HOSTS: list
    .refine(
      (parts) => parts.every((part) => /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(part)),
      'names such as admin.example.com, separated by commas',
    )
    .default([])
    .describe(
      'Names, beside addresses, `localhost` and `ADMIN_HOST`, by which `/metrics` without a token and `/console` may be addressed (the `Host` header); other names get 421, so that no web page reaches them by a name of its own.',
    ),
  TRUST_PROXY: list
    .refine(
      (parts) => isHops(parts) || parts.every(isAddressRange),
      'a number of proxies (1 to 9), or addresses and CIDR ranges separated by commas',
    )
    .default([])
    .describe(
      'Proxies whose `X-Forwarded-For` is believed: a number of hops, or addresses and ranges. None by default.',
    ),
  CORS_ORIGINS: list
    .refine(
      (parts) => isKeys(parts) || parts.every(isOrigin),
      'origins such as https://app.example.com, separated by commas, or keys',
    )
    .default([])
    .describe(
      'Web origins that may call with a key of their own; `keys`: those that each key lists as referrers. None by default.',
    ),
  LOG_LEVEL: z
    .enum(logLevels, `one of ${logLevels.join(', ')}`)
    .default('info')
    .describe('Least severe level that is logged.'),
  GRAPHIQL: onOff.default(true).describe('`off` removes the GraphiQL page.'),
};

function isKeys(parts: readonly string[]): boolean {
  return parts.length === 1 && parts[0] === 'keys';
}

function isHops(parts: readonly string[]): boolean {
  return parts.length === 1 && /^[1-9]$/.test(parts[0] ?? '');
}

function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}
