/** An Android app, by its package and the certificate that signed it. */
export interface AndroidApplication {
  readonly packageName: string;
  /** SHA-1 of the certificate: 40 hexadecimal digits, upper case. */
  readonly sha1Fingerprint: string;
}

const javaName = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+$/;
const longestName = 255;

/** An Android application id: two or more names with dots between them. */
export function isPackageName(text: string): boolean {
  return text.length <= longestName && javaName.test(text);
}

/** An iOS bundle identifier: letters, digits, hyphens and dots (Apple, `CFBundleIdentifier`). */
export function isBundleId(text: string): boolean {
  return text.length <= longestName && /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(text);
}

/** 20 bytes in hexadecimal, with a colon between all bytes or none, in either case; or `undefined`. */
export function parseFingerprint(text: string): string | undefined {
  const valid = /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){19})$/.test(text);
  return valid ? text.replaceAll(':', '').toUpperCase() : undefined;
}
