import { type GraphQLSchema, parse, validate } from 'graphql';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { compilePrivileges } from '../../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands } from '../../src/privileges/demands.ts';
import { parsePrivilegeSet } from '../../src/privileges/grammar/parse-privilege-set.ts';

/** What a key with these rules lacks for the document. */
export function missing(
  schema: GraphQLSchema,
  rules: readonly string[],
  document: string,
  loneStarMatchesExplicit = false,
): readonly string[] {
  const [problem] = validate(schema, parse(document));
  if (problem) throw problem;
  const compiled = compileSchema(schema);
  const set = parsePrivilegeSet(rules);
  const answer = compileDocument(compiled, parse(document), undefined, { maxSteps: 1000, maxDepth: 10 });
  if (answer.kind !== 'PLANNED' || set.kind !== 'VALID') throw new Error('the example is not valid');
  const privileges = compilePrivileges(compiled, set.set, { loneStarMatchesExplicit });
  return checkDemands(compileDemands(compiled, answer.plan), privileges, { raw: {}, coerced: {} }).map(
    ({ rule }) => rule,
  );
}
