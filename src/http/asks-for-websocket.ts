/** RFC 6455 §4.1. Other protocols in `Upgrade` (h2c) may be passed over (RFC 9110 §7.8). */
export function asksForWebSocket(headers: Headers): boolean {
  const named = (header: string, name: string) =>
    (headers.get(header) ?? '').split(',').some((token) => token.trim().toLowerCase() === name);
  return headers.has('upgrade') && named('upgrade', 'websocket') && named('connection', 'upgrade');
}
