import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { expect } from 'vitest';
import { type InstrumentOptions, instrument } from '../../src/cost/actual-cost.ts';
import { type CostFormula, compileFormula, type Estimate } from '../../src/cost/compile-formula.ts';
import { createCostMeters, type MeterOptions } from '../../src/cost/cost-meter.ts';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import { extensionName } from '../../src/plan/declarations.ts';

const directives = /* GraphQL */ `
  directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`;

/** A schema from SDL with IBM's directives, where arguments need no declaration and every mutation updates. */
export function schemaOf(sdl: string): GraphQLSchema {
  const schema = buildSchema(directives + sdl);
  schema.extensions = { [extensionName]: { undeclaredArguments: 'NEUTRAL' } };
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    field.extensions = { [extensionName]: { verbs: ['update'] } };
  }
  return schema;
}

const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);

/** An operation that is valid, planned, and ready to be priced. */
export interface Priced {
  readonly document: DocumentNode;
  /** As given, and as coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly coerced: Readonly<Record<string, unknown>>;
  readonly formula: CostFormula;
  estimate(): Estimate;
  /** The requested points; fails when the operation is refused. */
  points(): number;
}

export function price(
  compiled: CompiledSchema,
  source: string | DocumentNode,
  given: Readonly<Record<string, unknown>> = {},
): Priced {
  const document = typeof source === 'string' ? parse(source) : source;
  const problems = validate(compiled.schema, document, rules).map(({ message }) => message);
  // What graphql-js has compared enough of, and found no fault in until then.
  expect(problems.filter((message) => message !== 'Validation aborted.')).toEqual([]);
  const answer = compileDocument(compiled, document, undefined, { maxSteps: 100_000, maxDepth: 100 });
  if (answer.kind !== 'PLANNED') throw new Error(`not planned: ${answer.kind}`);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const values = getVariableValues(compiled.schema, operation?.variableDefinitions ?? [], given);
  expect(values.errors).toBeUndefined();
  const coerced = values.coerced ?? {};
  const formula = compileFormula(compiled, answer.plan);
  const estimate = () => formula.estimate(coerced);
  return {
    document,
    variables: given,
    coerced,
    formula,
    estimate,
    points() {
      const priced = estimate();
      if (priced.kind !== 'PRICED') throw new Error(`${priced.code}: ${priced.message}`);
      return priced.points;
    },
  };
}

/** Executes with a meter: the actual cost in points, and what came back. */
export async function actualPoints(
  schema: GraphQLSchema,
  compiled: CompiledSchema,
  priced: Pick<Priced, 'document' | 'variables' | 'coerced' | 'formula'>,
  options: {
    readonly rootValue?: unknown;
    readonly meter?: MeterOptions;
    readonly instrument?: InstrumentOptions;
  } = {},
) {
  const meters = createCostMeters();
  instrument(schema, compiled, meters, options.instrument);
  const contextValue = {};
  const { coerced, formula } = priced;
  const meter = meters.begin(contextValue, {
    answeredLeaves: formula.answeredLeaves,
    variables: coerced,
    ...options.meter,
  });
  const result = await execute({
    schema,
    document: priced.document,
    rootValue: options.rootValue,
    variableValues: priced.variables,
    contextValue,
  });
  return { points: meter.actual(result.data) / 1_000_000, servedMore: meter.servedMore, result };
}

export { compileSchema };
