/** Stands for the key of the key box in the headers of a tab. It cannot be part of a header's value (RFC 9110 §5.5). */
const placeholder = '…';

/** What the header editor of every tab starts with. */
export const headerStub = `{
  // ${placeholder} stands for the key in the key box.
  // Another key here is for this tab only.
  "Authorization": "Bearer ${placeholder}"
}`;

export interface RequestHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** False when the tab brought credentials of its own. */
  readonly usesKeyOfBox: boolean;
}

/** The headers of a tab, with the key of the key box unless the tab brings its own. Never two keys in one request. */
export function requestHeaders(key: string, ofTab: Readonly<Record<string, unknown>> = {}): RequestHeaders {
  const headers: Record<string, string> = {};
  let usesKeyOfBox = true;
  for (const [name, value] of Object.entries(ofTab)) {
    if (value === null || value === undefined) continue;
    const text = String(value).trim();
    const credential = /^(authorization|x-api-key)$/i.test(name);
    if (credential && standsForKeyOfBox(text)) continue;
    if (credential) usesKeyOfBox = false;
    headers[name] = text;
  }
  if (usesKeyOfBox) headers['Authorization'] = `Bearer ${key}`;
  return { headers, usesKeyOfBox };
}

function standsForKeyOfBox(value: string): boolean {
  return value.includes(placeholder) || /^(bearer)?$/i.test(value);
}
