import type { GraphQLError } from 'graphql';
import { ForeignError } from '../../kernel/errors.ts';
import { redactTexts } from '../../kernel/redact-texts.ts';
import type { PipelineServices } from '../services.ts';

type Redact = PipelineServices['redact'];

/** Characters. */
const longestMessage = 1000;

/**
 * An error that an API threw on purpose, as clients see it: its message and extensions, at the place where it happened.
 * They are texts and JSON since the error was read (`execute/fields/field-error.ts`).
 */
export function shownError(error: GraphQLError, redact: Redact): ForeignError {
  const { message, nodes, source, positions, path } = error;
  return new ForeignError(shownMessage(message, redact), {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: redactTexts(error.extensions, redact),
  });
}

/** Without keys first: of one that is cut in two, nothing tells that it is one. */
export function shownMessage(message: string, redact: Redact): string {
  const text = redact(message);
  return text.length <= longestMessage ? text : `${text.slice(0, longestMessage)}…`;
}
