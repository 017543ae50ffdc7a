import { type DocumentNode, type GraphQLError, type GraphQLSchema, type ValidationRule, validate } from 'graphql';
import { codedError, codeOf } from '../../kernel/errors.ts';
import { overlapsTooMuch } from './field-overlap.ts';

const mostErrors = 20;

/** Validates without suggestions: the result is shared by all callers, and a suggestion is a look at the schema. */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules?: readonly ValidationRule[],
): readonly GraphQLError[] {
  return problemsOf(schema, document, { rules, hideSuggestions: true });
}

interface ValidationOptions {
  readonly rules?: readonly ValidationRule[] | undefined;
  readonly hideSuggestions: boolean;
}

function problemsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  { rules, hideSuggestions }: ValidationOptions,
): readonly GraphQLError[] {
  if (overlapsTooMuch(document)) return [tooManyOverlaps()];
  return unlessGivenUp(validate(schema, document, rules, { maxErrors: mostErrors, hideSuggestions }));
}

/** graphql-js stops comparing fields with each other after so many pairs, and says so as if it were a mistake in them. */
function unlessGivenUp(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  if (errors.at(-1)?.message !== 'Validation aborted.') return errors;
  return [tooManyOverlaps()];
}

function tooManyOverlaps(): GraphQLError {
  const message = 'The document selects the same fields too often to be checked: merge its selections and fragments.';
  return codedError('QUERY_TOO_COMPLEX', message);
}

export type ViewValidation = (view: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];

/**
 * Validates against one view, with suggestions, and remembers the answer as long as both live. What stands in the full
 * schema and not in the view has no part in it: a hidden name and one that nobody has are answered alike.
 */
export function viewValidation(): ViewValidation {
  const byView = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, readonly GraphQLError[]>>();
  return (view, document) => {
    const byDocument = byView.get(view) ?? new WeakMap<DocumentNode, readonly GraphQLError[]>();
    byView.set(view, byDocument);
    const known = byDocument.get(document);
    if (known !== undefined) return known;
    const errors = problemsOf(view, document, { hideSuggestions: false }).map((error) => {
      const { message, nodes, positions, source } = error;
      const where = { nodes: nodes ?? null, positions: positions ?? null, source: source ?? null };
      return codedError(codeOf(error) ?? 'GRAPHQL_VALIDATION_FAILED', message, {}, where);
    });
    byDocument.set(document, errors);
    return errors;
  };
}
