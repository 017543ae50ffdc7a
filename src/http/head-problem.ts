import type { RequestHead } from './request-target.ts';

/** Why the head of a request is refused, whatever stands at its path. */
export interface HeadProblem {
  readonly status: 400 | 501 | 505;
  readonly message: string;
}

/** Headers as they came, in their order: name, value, name, value. */
export type RawHeaders = readonly string[];

/**
 * Fields of one value that decide something here. Of several lines Node keeps the first of most and joins those of `Origin`,
 * and says nothing; who stands before us may keep another (RFC 9110 §5.3). Several keys are answered by who reads keys.
 */
const ofOneValue = ['Content-Type', 'Referer', 'Origin'] as const;

/**
 * What Node's parser lets pass and this server does not understand: a body in a transfer coding beside `chunked` would be
 * read as if it were not coded (RFC 9112 §6.1), and HTTP/1.0 has none.
 */
export function headProblem(rawHeaders: RawHeaders, httpVersion: RequestHead['httpVersion']): HeadProblem | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return { status: 505, message: 'The versions of HTTP that this server speaks are 1.1 and 1.0.' };
  }
  const codings = rawValues(rawHeaders, 'transfer-encoding');
  if (codings.length > 0) {
    if (httpVersion === '1.0') return { status: 400, message: 'There is no Transfer-Encoding in HTTP/1.0.' };
    if (codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked')
      return { status: 501, message: 'The only transfer coding that this server reads is chunked.' };
  }
  const repeated = ofOneValue.find((name) => rawValues(rawHeaders, name).length > 1);
  return repeated && { status: 400, message: `The ${repeated} header stands there more than once.` };
}

/** The value of each line of a header, whatever the case of its name. */
export function rawValues(rawHeaders: RawHeaders, name: string): readonly string[] {
  const lower = name.toLowerCase();
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === lower) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}
