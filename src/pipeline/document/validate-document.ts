import {
  assertValidSchema,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  MaxIntrospectionDepthRule,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql';
import { codedError, codeOf, restated } from '../../kernel/errors.ts';
import { overlapsTooMuch } from './field-overlap.ts';
import type { KnownDocuments } from './known-documents.ts';
import { locatedValuesRule } from './located-values-rule.ts';
import { nothingVisibleRule } from './nothing-visible-rule.ts';
import { subscriptionRootRule } from './subscription-root-rule.ts';

/** That are told to a caller. */
const mostErrors = 20;

/**
 * Whether a document is valid on the full schema: without an error it is, for all callers. Stops at the first mistake, of
 * which nobody is told: what is wrong is said from the caller's view.
 */
export function firstProblem(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  return problemsOf(schema, document, { hideSuggestions: true, maxErrors: 0 });
}

/** Validates without suggestions, which are a look at the schema. */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules?: readonly ValidationRule[],
): readonly GraphQLError[] {
  return problemsOf(schema, document, { rules, hideSuggestions: true, maxErrors: mostErrors });
}

interface ValidationOptions {
  readonly rules?: readonly ValidationRule[] | undefined;
  readonly hideSuggestions: boolean;
  readonly maxErrors: number;
}

function problemsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  { rules = specifiedRules, hideSuggestions, maxErrors }: ValidationOptions,
): readonly GraphQLError[] {
  if (overlapsTooMuch(document)) return [tooManyOverlaps()];
  const ours = [...rules.flatMap(inOurPlace), nothingVisibleRule];
  // A schema that is none is our fault, and no rule's: it throws here.
  assertValidSchema(schema);
  try {
    return unlessGivenUp(validate(schema, document, ours, { maxErrors, hideSuggestions })).map(plainProblem);
  } catch (thrown) {
    return [asProblem(thrown)];
  }
}

/** What a scalar of the API throws for a literal is reported as it is, and not all of it can be read. */
function plainProblem(error: GraphQLError): GraphQLError {
  try {
    const { locations, message } = error;
    const places = locations?.map(({ line, column }) => ({ line: Number(line), column: Number(column) }));
    const problem = restated(error, String(message ?? ''), { code: 'GRAPHQL_VALIDATION_FAILED' });
    return Object.assign(problem, { locations: places, path: undefined, nodes: undefined });
  } catch {
    return uncheckable();
  }
}

/** What introspection may answer is counted on the caller's view (`count-introspection.ts`), however deep its lists nest. */
function inOurPlace(rule: ValidationRule): readonly ValidationRule[] {
  if (rule === MaxIntrospectionDepthRule) return [];
  if (rule === ValuesOfCorrectTypeRule) return [locatedValuesRule];
  return [rule === SingleFieldSubscriptionsRule ? subscriptionRootRule : rule];
}

/** A rule that throws has found what nobody can check, and what nobody has checked does not run. */
function asProblem(thrown: unknown): GraphQLError {
  try {
    return thrown instanceof GraphQLError ? plainProblem(thrown) : uncheckable();
  } catch {
    return uncheckable();
  }
}

function uncheckable(): GraphQLError {
  return codedError('GRAPHQL_VALIDATION_FAILED', 'The document cannot be checked.');
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
 * Validates against one view, with suggestions; of a known document the answer is remembered with it. What stands in the full
 * schema and not in the view has no part in it: a hidden name and one that nobody has are answered alike.
 */
export function viewValidation(documents: KnownDocuments): ViewValidation {
  return (view, document) => {
    const known = documents.problemsOn(document, view);
    if (known !== undefined) return known;
    const errors = problemsOf(view, document, { hideSuggestions: false, maxErrors: mostErrors }).map((error) => {
      const code = codeOf(error) ?? 'GRAPHQL_VALIDATION_FAILED';
      return restated(error, error.message, { code });
    });
    documents.keepProblems(document, view, errors);
    return errors;
  };
}
