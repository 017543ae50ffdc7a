/**
 * Headers of the page. Nothing may come from another origin, run inline, or frame the page (CSP Level 3).
 * Monaco writes its styles at run time, which `style-src` has to allow; scripts stay files of ours.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  // What stands at this address depends on Accept: API answers live here too.
  'Cache-Control': 'private, no-store',
  Vary: 'Authorization, X-API-Key, Origin, Accept',
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
