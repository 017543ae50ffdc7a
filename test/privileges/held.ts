import { getVariableValues, parse, validate } from 'graphql';
import { expect } from 'vitest';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import { type CompiledPrivileges, compilePrivileges } from '../../src/privileges/compile-privileges.ts';
import { checkDemands, compileDemands, type Denial } from '../../src/privileges/demands.ts';
import { type PrivilegeSet, parsePrivilegeSet } from '../../src/privileges/grammar/parse-privilege-set.ts';
import { places } from '../plan/places.ts';

export function setOf(texts: readonly string[]): PrivilegeSet {
  const answer = parsePrivilegeSet(texts);
  if (answer.kind === 'INVALID') throw new Error(JSON.stringify(answer.problems));
  return answer.set;
}

export function held(
  texts: readonly string[],
  schema: CompiledSchema = places,
  loneStarMatchesExplicit = false,
): CompiledPrivileges {
  return compilePrivileges(schema, setOf(texts), { loneStarMatchesExplicit });
}

/** What a key with these rules lacks for an operation. */
export function denialsOf(
  source: string,
  texts: readonly string[],
  variables: Readonly<Record<string, unknown>> = {},
  schema: CompiledSchema = places,
): readonly Denial[] {
  const document = parse(source);
  expect(validate(schema.schema, document).map(({ message }) => message)).toEqual([]);
  const answer = compileDocument(schema, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const { plan } = answer;
  const { coerced, errors } = getVariableValues(schema.schema, plan.operation.variableDefinitions ?? [], variables);
  expect((errors ?? []).map(({ message }) => message)).toEqual([]);
  return checkDemands(compileDemands(schema, plan), held(texts, schema), { raw: variables, coerced: coerced ?? {} });
}

export function missing(
  source: string,
  texts: readonly string[],
  variables: Readonly<Record<string, unknown>> = {},
  schema: CompiledSchema = places,
): string[] {
  return denialsOf(source, texts, variables, schema).map(({ rule }) => rule);
}
