/** Sends an operation to a server's management API and answers its data. */
export type SendOperation = (
  query: string,
  variables?: Readonly<Record<string, unknown>>,
  // biome-ignore lint/suspicious/noExplicitAny: the shape follows from the document
) => Promise<any>;

export interface ManagementClientOptions {
  /** `http://localhost:4000/admin/graphql` */
  readonly url: string;
  /** Text of a management key. */
  readonly key: string;
  readonly fetch?: typeof fetch;
  readonly wait?: (ms: number) => Promise<void>;
}

/** Why an operation has no answer, in one line for a person; `code` is that of the server's first error. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError';
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

const deadlineMs = 30_000;
const mostAttempts = 20;

/**
 * A client for commands: one operation at a time, each with a deadline. An operation that the key's budget has no room
 * for is sent again when the server says.
 */
export function managementClient(options: ManagementClientOptions): SendOperation {
  const { url, key, fetch: send = fetch, wait = sleep } = options;
  return async (query, variables = {}) => {
    // What is in the wrong file may be a secret too: it is not shown.
    if (!/^[\x21-\x7e]{1,512}$/.test(key))
      throw new ManagementError('The key is not the text of a key: expected one line');
    for (let attempt = 1; ; attempt++) {
      const response = await post(send, url, key, JSON.stringify({ query, variables }));
      const { data, errors } = await bodyOf(response, url);
      const [error] = errors;
      if (!error && data) return data;
      const code = error?.extensions?.code;
      if (code !== 'THROTTLED' || attempt === mostAttempts) {
        throw new ManagementError(`${url}: ${code ?? 'no data'}: ${error?.message ?? response.status}`, code);
      }
      await wait(error?.extensions?.retryAfterMs ?? 1000);
    }
  };
}

async function post(send: typeof fetch, url: string, key: string, body: string): Promise<Response> {
  try {
    return await send(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json',
        Authorization: `Bearer ${key}`,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    });
  } catch (cause) {
    const reason =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause);
    throw new ManagementError(`${url} does not answer (${reason}): is the server running, and is this its address?`);
  }
}

interface Body {
  readonly data: object | null;
  readonly errors: readonly {
    readonly message?: string;
    readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number };
  }[];
}

async function bodyOf(response: Response, url: string): Promise<Body> {
  try {
    const { data, errors } = (await response.json()) as Partial<Body>;
    return { data: data ?? null, errors: errors ?? [] };
  } catch {
    throw new ManagementError(
      `${url} answers ${response.status} and no JSON: expected the address of the management API`,
    );
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
