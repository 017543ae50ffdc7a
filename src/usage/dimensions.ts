import { sql } from 'drizzle-orm';

/**
 * All dimensions of a row of usage as one value, so that the key of its table is short. The separator stands in none of
 * them.
 */
export const dimensionsHash = sql.raw(`encode(substr(sha256(convert_to(concat_ws(E'\\x1f',
  coalesce(api_key_id::text, ''), coalesce(secret_id::text, ''), coalesce(application_id::text, ''), surface,
  operation_type, operation_name, document_hash, outcome, client_name, client_version), 'UTF8')), 1, 16), 'hex')::uuid`);
