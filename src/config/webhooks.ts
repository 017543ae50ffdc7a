import { z } from 'zod';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Who is told of what happens to keys. */
export const webhookSettings = {
  WEBHOOK_URL: z
    .string()
    .refine(isSafe, 'an https:// URL (http:// to this machine only)')
    .optional()
    .describe('Where keys that expire, or were revoked, rotated or exposed, are announced; off when absent.'),
  WEBHOOK_SECRET: z
    .string()
    .refine(isSecret, '24 to 64 bytes in base64, with or without whsec_ before them')
    .optional()
    .describe('Signs what is sent to `WEBHOOK_URL`, and is required with it (Standard Webhooks: `whsec_` and base64).'),
};

function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname));
}

function isSecret(text: string): boolean {
  const encoded = text.replace(/^whsec_/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
}
