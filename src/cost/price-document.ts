import {
  buildSchema,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  MaxIntrospectionDepthRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { compileDocument } from '../plan/compile-document/compile-document.ts';
import { compileSchema } from '../plan/compile-schema/compile-schema.ts';
import { declare } from '../plan/declare.ts';
import { compileFormula, type DearField } from './compile-formula.ts';
import { countIntrospection, mostIntrospected } from './count-introspection.ts';
import type { IbmCost } from './ibm-cost.ts';

export interface PriceOptions {
  /** A schema with `@cost` and `@listSize`, as `npm run schema:print` writes it. */
  readonly sdl: string;
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Of several operations; all of them without it. */
  readonly operationName?: string | undefined;
  /** Length of a list that nothing bounds; without it such a schema cannot be priced. */
  readonly defaultAssumedSize?: number | undefined;
}

/** The most that one operation can cost a key that may read all of it, in points. */
export interface OperationPrice {
  readonly name: string | undefined;
  readonly points: number;
  readonly dearest: readonly DearField[];
  readonly ibm: IbmCost;
}

export type PriceAnswer =
  | { readonly kind: 'PRICES'; readonly operations: readonly OperationPrice[] }
  /** One line each, with the place in the document where there is one. */
  | { readonly kind: 'PROBLEMS'; readonly problems: readonly string[] };

const shown = 10;
/** How deep the lists of introspection nest says nothing: what they answer is counted. */
const rules = specifiedRules.filter((rule) => rule !== MaxIntrospectionDepthRule);
/** Offline nobody has to be protected. */
const limits = { maxSteps: 1_000_000, maxDepth: 1_000 };

/** Prices a document without a server, by the same formula. */
export function priceDocument(options: PriceOptions): PriceAnswer {
  try {
    const schema = openSchema(options);
    const document = parse(options.document);
    const errors = validate(schema, document, rules);
    if (errors.length > 0) return problems(errors);
    const operations = document.definitions
      .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .filter(({ name }) => options.operationName === undefined || name?.value === options.operationName);
    if (operations.length === 0) return { kind: 'PROBLEMS', problems: ['The document has no such operation.'] };
    const compiled = compileSchema(schema);
    const prices: OperationPrice[] = [];
    for (const operation of operations) {
      const name = operation.name?.value;
      const compilation = compileDocument(compiled, document, name, limits);
      if (compilation.kind !== 'PLANNED')
        return { kind: 'PROBLEMS', problems: [`It is too large: ${compilation.kind}.`] };
      const variables = coerced(schema, operation, options.variables ?? {});
      if (variables.kind === 'PROBLEMS') return variables;
      const formula = compileFormula(compiled, compilation.plan);
      const introspected = countIntrospection(schema, document, name, variables.values);
      if (introspected.kind === 'TOO_MANY') {
        const problem = `It asks for more than ${mostIntrospected} fields and objects of the schema.`;
        return { kind: 'PROBLEMS', problems: [`QUERY_TOO_COMPLEX at ${introspected.responseKey}: ${problem}`] };
      }
      const estimate = formula.estimate(variables.values, undefined, introspected.byKey);
      if (estimate.kind === 'REFUSED') {
        return { kind: 'PROBLEMS', problems: [`${estimate.code} at ${estimate.path.join('.')}: ${estimate.message}`] };
      }
      const dearest = formula.topFields(variables.values, undefined, introspected.byKey, shown);
      const { ibm } = formula.breakdown(variables.values, undefined, introspected.byKey);
      prices.push({ name, points: estimate.points, dearest, ibm });
    }
    return { kind: 'PRICES', operations: prices };
  } catch (error) {
    return problems([error instanceof Error ? error : new Error(String(error))]);
  }
}

/** Who may call what is not asked here: every argument is as good as declared. */
function openSchema({ sdl, defaultAssumedSize }: PriceOptions): GraphQLSchema {
  return declare(buildSchema(sdl), {
    undeclaredArguments: 'NEUTRAL',
    mutations: { default: ['update'] },
    ...(defaultAssumedSize !== undefined && { defaultAssumedSize }),
  });
}

function coerced(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: Readonly<Record<string, unknown>>,
): { readonly kind: 'VALUES'; readonly values: Readonly<Record<string, unknown>> } | Problems {
  const answer = getVariableValues(schema, operation.variableDefinitions ?? [], raw);
  return answer.coerced ? { kind: 'VALUES', values: answer.coerced } : problems(answer.errors);
}

type Problems = Extract<PriceAnswer, { kind: 'PROBLEMS' }>;

function problems(errors: readonly Error[]): Problems {
  return {
    kind: 'PROBLEMS',
    problems: errors.map((error) => {
      const [place] = (error instanceof GraphQLError && error.locations) || [];
      return place ? `${place.line}:${place.column} ${error.message}` : error.message;
    }),
  };
}
