import { type GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import type { Queries } from '../../db/database.ts';
import { document } from '../../db/schema/index.ts';
import { codedError, codeOf } from '../../kernel/errors.ts';
import { keyShapes } from '../../keys/token/looks-like-key.ts';
import { hashOfText } from '../../restrictions/document-id.ts';
import { changeBy } from '../change.ts';
import { requireScopeAll } from '../rules/scope.ts';
import { badInput, requireText } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { countDocuments, type DocumentDetails, findDocuments } from './document-store.ts';

/** Of one call. */
export const mostDocuments = 100;
/** UTF-16 code units of one document. */
const longestDocument = 50_000;
const mostProblems = 20;
/** Of the server. Each may be of the longest, and none is ever removed. */
export const mostRegistered = 10_000;

/** Of each document why it could never be executed on the protected API, as far as the actor may know that API; empty when it could. */
export type DocumentCheck = (texts: readonly string[]) => Promise<readonly (readonly GraphQLError[])[]>;

/**
 * Registers documents of the protected API, all of them or none; they belong to no application, and one that is registered
 * stays what it is. Answers them in their order, those too that were there before. Only keys whose scope is all
 * applications may.
 * @throws BAD_USER_INPUT with `problems` (`index`, `message`, `code`, `locations`), PRIVILEGE_ESCALATION,
 *   QUERY_TOO_COMPLEX, DOCUMENT_LIMIT_EXCEEDED, and why reading them cannot be paid
 */
export async function registerDocuments(
  services: AdministrationServices,
  caller: Caller,
  input: { readonly documents: readonly string[] },
  check: DocumentCheck,
): Promise<readonly DocumentDetails[]> {
  // Before anything is read for it.
  requireScopeAll(caller.key, 'register documents');
  const { documents } = input;
  const { redact } = keyShapes(services.keyPrefix, services.importPrefixes);
  if (documents.length === 0 || documents.length > mostDocuments) {
    throw badInput('documents', `must hold 1 to ${mostDocuments} documents`);
  }
  for (const [index, text] of documents.entries()) {
    requireText(`documents.${index}`, text, longestDocument);
    if (writtenTexts(text).some((written) => redact(written) !== written)) {
      throw badInput(`documents.${index}`, 'contains something that looks like a key. Revoke it, and use a variable');
    }
  }
  await requireExecutable(documents, check);
  const texts = new Map(documents.map((text) => [hashOfText(text), text]));
  const registered = await changeBy(services, caller, async (change) => {
    const { within, actor, now } = change;
    requireScopeAll(actor, 'register documents');
    const present = await findDocuments(within, [...texts.keys()]);
    const known = new Set(present.map(({ hash }) => hash));
    const missing = [...texts].filter(([hash]) => !known.has(hash));
    if (missing.length > 0) {
      await requireRoom(within, missing.length);
      await within
        .insert(document)
        .values(missing.map(([hash, text]) => ({ hash, text, createdAt: now, createdBy: actor.id })));
    }
    for (const [hash, text] of missing) {
      change.record({
        action: 'document.registered',
        targetType: 'Document',
        targetId: hash,
        applicationId: undefined,
        before: undefined,
        after: { characters: text.length },
      });
    }
    return findDocuments(
      within,
      documents.map((text) => hashOfText(text)),
    );
  });
  services.documents?.forgetUnknown();
  return registered;
}

/** All that a document says: as it stands there, comments too, and each of its strings as GraphQL reads it (`\\u0066`). */
function writtenTexts(text: string): readonly string[] {
  const written = [text];
  const lexer = new Lexer(new Source(text));
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (token.kind === TokenKind.STRING || token.kind === TokenKind.BLOCK_STRING) written.push(token.value);
    }
  } catch {
    // What is no GraphQL is refused as that.
  }
  return written;
}

/** Changes take turns: what there is room for now is there at the commit. */
async function requireRoom(within: Queries, more: number): Promise<void> {
  const present = await countDocuments(within);
  if (present + more <= mostRegistered) return;
  const message = `At most ${mostRegistered} documents can be registered; there are ${present}. Register fewer: those that are there stay.`;
  throw codedError('DOCUMENT_LIMIT_EXCEEDED', message);
}

async function requireExecutable(documents: readonly string[], check: DocumentCheck): Promise<void> {
  const problems = (await check(documents)).flatMap((errors, index) =>
    errors.map((error) => {
      const { message, locations } = error;
      return { index, message, code: codeOf(error), locations };
    }),
  );
  const [first] = problems;
  if (!first) return;
  const wrong = new Set(problems.map(({ index }) => index)).size;
  const others = wrong > 1 ? ` ${wrong - 1} more cannot either.` : '';
  const message = `"documents.${first.index}" cannot be registered: ${first.message}${others}`;
  throw codedError('BAD_USER_INPUT', message, {
    argument: ['input', 'documents'],
    problems: problems.slice(0, mostProblems),
    ...(problems.length > mostProblems && { more: problems.length - mostProblems }),
  });
}
