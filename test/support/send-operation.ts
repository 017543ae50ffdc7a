import { expect } from 'vitest';
import { errorCodes } from '../../src/kernel/error-codes.ts';
import { withRawNumbers } from './hostile-values.ts';
import type { TestApp } from './test-app.ts';

/** What came back, as a client sees it. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
  readonly data: any;
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly codes: readonly (string | undefined)[];
  readonly text: string;
}

/** A POST; of a stream, what it says at once. */
export async function sendOperation(
  test: Pick<TestApp, 'fetch'>,
  path: string,
  key: string | undefined,
  { query, variables }: { readonly query: string; readonly variables: object },
): Promise<Answer> {
  const stream = query.startsWith('subscription');
  const response = await test.fetch(path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: stream ? 'text/event-stream' : 'application/graphql-response+json',
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    },
    body: withRawNumbers(JSON.stringify({ query, variables })),
  });
  const { status } = response;
  let text: string;
  if (stream && status === 200) {
    const begun = await beginningOf(response);
    if (begun === undefined) return { status, data: {}, errors: [], codes: [], text: '' };
    text = begun;
  } else text = await response.text();
  const { data, errors = [] } = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text);
  return { status, data, errors, codes: errors.map((error: Answer['errors'][number]) => error.extensions?.code), text };
}

/** What a stream says at once, or `undefined` when it waits for something to happen. */
async function beginningOf({ body }: Response): Promise<string | undefined> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  for (;;) {
    const later = new Promise<undefined>((resolve) => setImmediate(() => setImmediate(() => resolve(undefined))));
    const chunk = await Promise.race([reader.read(), later]);
    if (chunk?.done) return text;
    if (!chunk) break;
    text += Buffer.from(chunk.value).toString();
  }
  await reader.cancel();
  return undefined;
}

/** The least that any answer must be: coded, a client's fault, and silent about what is inside. */
export function expectCoded(answer: Answer, sent: string): void {
  const { status, errors, data, text } = answer;
  expect(status === 200 || (status >= 400 && status < 500), `${sent}: ${status} ${text.slice(0, 300)}`).toBe(true);
  for (const { message, extensions } of errors) {
    expect(Object.keys(errorCodes), sent).toContain(extensions?.code);
    expect(extensions?.code, sent).not.toBe('INTERNAL_SERVER_ERROR');
    expect(message, sent).not.toMatch(/insert into|select .* from|syntax error at|invalid byte|\bat .*\.[jt]s:\d/i);
  }
  // A request error has a status, and no data; a field error has data, and none.
  if (status !== 200) expect(data, sent).toBeUndefined();
  expect(text.length, `${sent}: what was sent is not repeated`).toBeLessThan(4000);
}
