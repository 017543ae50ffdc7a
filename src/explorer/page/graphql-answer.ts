/** A GraphQL answer as it came, and what the HTTP response said beside it. */
export interface GraphQLAnswer {
  readonly status: number;
  readonly body: GraphQLBody;
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | undefined;
  readonly durationMs: number;
}

export interface GraphQLBody {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLBodyError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface GraphQLBodyError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Reads a response as GraphQL over HTTP. Throws when it is not: an error page of a proxy, for instance. */
export async function readAnswer(response: Response, startedAt: number): Promise<GraphQLAnswer> {
  const body = parsed(await response.text());
  if (!body) throw new Error(`The server answered with status ${response.status}, and not with GraphQL.`);
  return {
    status: response.status,
    body,
    retryAfter: retryAfterOf(response),
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** Seconds to wait, if the response says so (RFC 9110 §10.2.3). */
export function retryAfterOf(response: Response): number | undefined {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** The code of the first error, if there is one. */
export function firstCode({ errors }: GraphQLBody): string | undefined {
  const code = errors?.[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}

function parsed(text: string): GraphQLBody | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isAnswer = typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
    return isAnswer ? (value as GraphQLBody) : undefined;
  } catch {
    return undefined;
  }
}
