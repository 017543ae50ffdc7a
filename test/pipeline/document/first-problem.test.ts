import { type DocumentNode, GraphQLError, Kind, parse, type SelectionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { knownDocuments } from '../../../src/pipeline/document/known-documents.ts';
import { firstProblem, viewValidation } from '../../../src/pipeline/document/validate-document.ts';

const schema = buildPlacesSchema();
const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(' ');

/** The document with its last selection replaced by one that nobody may look into: it counts how often somebody does. */
function watched(source: string): { readonly document: DocumentNode; looks(): number } {
  const document = parse(source);
  let looks = 0;
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('an operation');
  const selections = operation.selectionSet.selections as SelectionNode[];
  const last = selections.pop();
  const arguments_ = last?.kind === Kind.FIELD ? last.arguments : undefined;
  selections.push(
    Object.defineProperty({ ...last } as SelectionNode, 'arguments', {
      enumerable: true,
      get: () => {
        looks += 1;
        return arguments_;
      },
    }),
  );
  return { document, looks: () => looks };
}

describe('a document with mistakes', () => {
  it('is refused at the first of them: what stands behind it is not looked at', () => {
    const wrong = watched('{ nothing country(code: "CH") { name } city(id: "x") { name } }');
    expect(firstProblem(schema, wrong.document)).toHaveLength(1);
    const right = watched('{ viewer { __typename } country(code: "CH") { name } city(id: "x") { name } }');
    expect(firstProblem(schema, right.document)).toEqual([]);
    // Fields are compared with each other as their selection is entered, before anything else of them is looked at.
    expect(wrong.looks()).toBeLessThan(right.looks());
  });

  it.each([
    ['unknown fields', `{ ${repeat(1_000, (index) => `n${index}`)} }`],
    ['unknown arguments', `{ country(${repeat(1_000, (index) => `a${index}: 1`)}) { name } }`],
    ['unknown types', `{ viewer { __typename } } ${repeat(500, (index) => `fragment F${index} on T${index} { x }`)}`],
    ['unused variables', `query (${repeat(1_000, (index) => `$v${index}: Int`)}) { viewer { __typename } }`],
    ['unknown directives', `{ viewer ${repeat(1_000, (index) => `@d${index}`)} { __typename } }`],
  ])('is told of twenty, and that there are more: %s', (_, source) => {
    const problems = viewValidation(knownDocuments())(schema, parse(source));
    expect(problems).toHaveLength(21);
    expect(problems.every((problem) => problem instanceof GraphQLError)).toBe(true);
    expect(firstProblem(schema, parse(source))).toHaveLength(1);
  });
});
