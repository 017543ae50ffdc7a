/**
 * Every code that a client can meet in `extensions.code`, with the HTTP status of the request error that carries it
 * and the sentence that the documentation prints. A *field* error never has a status: it travels in a 200 response.
 * `null` marks codes that only ever occur on fields.
 */
export const errorCodes = {
  CREDENTIALS_MISSING: { status: 401, when: 'no key was sent, and nothing is open to anonymous callers' },
  OVERLOADED_CREDENTIALS: { status: 400, when: 'two different keys, or a repeated header' },
  CREDENTIALS_IN_URL: { status: 400, when: 'the URL contains something that looks like a key' },
  API_KEY_INVALID: { status: 401, when: 'malformed, bad checksum, unknown, or wrong secret' },
  TOO_MANY_FAILED_ATTEMPTS: {
    status: 429,
    when: 'an address (of IPv6: its /64) that failed too often to authenticate',
  },
  API_KEY_EXPIRED: { status: 401, when: 'the key, or this secret of it, has expired' },
  API_KEY_DISABLED: { status: 401, when: 'the key or its application is disabled' },
  API_KEY_REVOKED: { status: 401, when: 'the key was revoked or deleted' },
  API_KEY_NOT_YET_VALID: { status: 401, when: 'the key is not valid before a later time' },
  API_KEY_IP_ADDRESS_BLOCKED: { status: 403, when: 'the client address is not one that the key allows' },
  API_KEY_HTTP_REFERRER_BLOCKED: { status: 403, when: 'the web origin is not one that the key allows' },
  API_KEY_ANDROID_APP_BLOCKED: { status: 403, when: 'the Android app is not one that the key allows' },
  API_KEY_IOS_APP_BLOCKED: { status: 403, when: 'the iOS app is not one that the key allows' },
  API_KEY_SERVICE_BLOCKED: { status: 403, when: 'the key may not use this surface or operation' },
  FORBIDDEN: { status: 403, when: 'privileges are missing: one error per coordinate' },
  UNAUTHORIZED_FIELD_OR_TYPE: { status: null, when: 'a denied field is null, in a partial answer' },
  GRAPHQL_PARSE_FAILED: { status: 400, when: 'the document is not GraphQL' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, when: 'the document does not fit the schema' },
  BAD_USER_INPUT: { status: 400, when: 'a variable, an argument or a header has a value that cannot be used' },
  BAD_REQUEST: { status: 400, when: 'the request is not a GraphQL over HTTP request' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, when: 'the document does not say which operation to run' },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 400,
    when: 'no document with this SHA-256 is registered: send its text',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 400, when: 'extensions.persistedQuery has another version than 1' },
  PAYLOAD_TOO_LARGE: { status: 413, when: 'the body is larger than MAX_BODY_BYTES, or comes in too many chunks' },
  METHOD_NOT_ALLOWED: { status: 405, when: 'the operation is not possible with this HTTP method' },
  MISDIRECTED_REQUEST: { status: 421, when: 'the path is not served by the name in the Host header' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, when: 'the body is not application/json in UTF-8' },
  NOT_ACCEPTABLE: { status: 406, when: 'the answer cannot be given in the media type that Accept asks for' },
  COST_LIMIT_EXCEEDED: {
    status: 400,
    when: 'one operation is dearer than the key may ever spend at once: do not retry',
  },
  SLICING_ARGUMENT_REQUIRED: { status: 400, when: 'a list needs an argument that bounds its length' },
  PAGE_SIZE_OUT_OF_RANGE: { status: 400, when: 'a page size is negative or larger than allowed' },
  QUERY_TOO_COMPLEX: {
    status: 400,
    when: 'the document has more tokens or selections, asks for more of the schema, or gives larger variables to several fields, than allowed',
  },
  QUERY_TOO_DEEP: { status: 400, when: 'the document nests deeper than MAX_DEPTH' },
  RESPONSE_TOO_LARGE: {
    status: 400,
    when: 'the answer would be larger than MAX_RESPONSE_BYTES; a mutation that ran says `executed: true` at its field',
  },
  LIST_TOO_LONG: { status: null, when: 'the API returned more than the `bound` of a list; nothing of it is answered' },
  THROTTLED: { status: 429, when: 'cost bucket, requests window or in-flight cap' },
  QUOTA_EXCEEDED: { status: 429, when: "the day's or month's points are spent" },
  FIELD_THROTTLED: { status: null, when: "a single field's call limit; other fields still resolve" },
  RATE_LIMITER_UNAVAILABLE: { status: 503, when: 'the throttle store is down and policy says closed' },
  DATABASE_UNAVAILABLE: { status: 503, when: 'the database does not answer in time' },
  SIGNATURE_INVALID: { status: 403, when: 'a report to `/secret-scanning` is not signed by a key that is configured' },
  SERVICE_UNAVAILABLE: { status: 503, when: 'the server is shutting down' },
  EXECUTION_TIMEOUT: { status: 504, when: 'the operation took longer than EXECUTION_TIMEOUT' },
  INTERNAL_SERVER_ERROR: { status: 500, when: 'a fault of ours; the log has the cause under requestId' },
  PRIVILEGE_ESCALATION: { status: null, when: 'the change would make a key that is stronger than its issuer' },
  PRIVILEGE_INVALID: { status: null, when: 'a privilege is not well formed, or names something that does not exist' },
  ETAG_MISMATCH: { status: null, when: 'the object was changed since it was read' },
  IDEMPOTENCY_KEY_REUSED: { status: null, when: 'the idempotency key was used with other arguments' },
  VALIDITY_OUT_OF_BOUNDS: { status: null, when: 'the expiry is in the past or later than KEY_MAX_VALIDITY' },
  ROTATION_NOT_ALLOWED: { status: null, when: 'the key cannot be rotated in its present status' },
  UNDELETE_WINDOW_ELAPSED: { status: null, when: 'the key was deleted more than 30 days ago' },
  SECRET_EXPOSED: { status: null, when: 'a secret that was reported as leaked would work again with the key' },
  API_KEY_ENDED: { status: null, when: 'the key is revoked or deleted and cannot change any more' },
  NOT_FOUND: { status: null, when: 'there is no such object, or the caller may not see it' },
  DOCUMENT_LIMIT_EXCEEDED: { status: null, when: 'more trusted documents would be registered than a server holds' },
  ROUTE_NOT_FOUND: { status: 404, when: 'the server has nothing at this path' },
} as const satisfies Record<string, { status: number | null; when: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** HTTP status of a request error with this code; field-only codes that end a whole request are a 400. */
export function statusOf(code: ErrorCode): number {
  return errorCodes[code].status ?? 400;
}
