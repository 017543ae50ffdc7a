/** `Cache-Control` and `Vary` (RFC 9111 §5.2.2, §4.1): what a key was told must not be told to another by a cache. */
export const notShared = {
  'Cache-Control': 'private, no-store',
  Vary: 'Authorization, X-API-Key, Origin, Accept',
} as const;
