import { getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { firstCode, type GraphQLAnswer } from './graphql-answer.ts';
import { refusalSentence } from './refusal-sentence.ts';
import { requestHeaders } from './request-headers.ts';
import { sendOperation } from './send-operation.ts';

/** What GraphiQL asks when it introspects by itself; the page asks the same. */
export const introspectionOptions = { inputValueDeprecation: true, schemaDescription: true } as const;

export type OpenedSchema =
  | { readonly kind: 'OPENED'; readonly introspection: IntrospectionQuery }
  | { readonly kind: 'REFUSED'; readonly sentence: string; readonly keyIsOfNoUse: boolean };

/** Fetches the schema that a key may see. Never throws: what went wrong is a sentence for the key box. */
export async function openSchema(
  endpoint: string,
  key: string,
  signal: AbortSignal,
  send: typeof sendOperation = sendOperation,
): Promise<OpenedSchema> {
  // Anything else cannot stand in a header at all, and a browser's own message about that helps nobody.
  if (!/^[\x21-\x7e]+$/.test(key)) return refused('A key has no spaces and no special characters.', true);
  const request = { query: getIntrospectionQuery(introspectionOptions), operationName: 'IntrospectionQuery' };
  let answer: GraphQLAnswer;
  try {
    answer = await send(endpoint, requestHeaders(key).headers, request, signal);
  } catch {
    return refused('The server does not answer. Is it running?', false);
  }
  const { data } = answer.body;
  if (data && '__schema' in data) return { kind: 'OPENED', introspection: data as unknown as IntrospectionQuery };
  return refused(refusalSentence(answer), firstCode(answer.body)?.startsWith('API_KEY_') ?? false);
}

function refused(sentence: string, keyIsOfNoUse: boolean): OpenedSchema {
  return { kind: 'REFUSED', sentence, keyIsOfNoUse };
}
