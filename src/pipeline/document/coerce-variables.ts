import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import { codedError, restated } from '../../kernel/errors.ts';
import type { CoercedVariables } from '../../plan/document-plan.ts';
import { badVariable } from './check-text.ts';

export type RawVariables = Readonly<Record<string, unknown>>;

export type CoercionAnswer =
  | { readonly kind: 'COERCED'; readonly variables: CoercedVariables }
  | { readonly kind: 'INVALID'; readonly errors: readonly GraphQLError[] };

/** Nobody reads more, and each has its price: what comes after them is not looked at. */
const mostErrors = 20;

/**
 * Coerces variable values once, by the rules of execution (GraphQL spec §6.1.2): conditions, privileges, price and
 * resolvers all see the values that come from here. A variable without a value is no member, and nothing is inherited.
 * Messages make no suggestions, which could name what the caller may not know, and do not repeat values, which may be
 * secrets. graphql-js' own `getVariableValues` writes the whole value into each message, and is slow at that.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: RawVariables,
): CoercionAnswer {
  const problem = badVariable(raw);
  if (problem) {
    const nodes = (operation.variableDefinitions ?? []).filter(
      ({ variable: { name } }) => Object.hasOwn(raw, name.value) && badVariable([raw[name.value]]) !== undefined,
    );
    return { kind: 'INVALID', errors: [codedError('BAD_USER_INPUT', problem, {}, { nodes })] };
  }
  const variables: Record<string, unknown> = Object.create(null);
  const errors: GraphQLError[] = [];
  try {
    for (const definition of operation.variableDefinitions ?? []) {
      // Its place in the document is looked for once.
      let placed: GraphQLError | undefined;
      const value = coerced(schema, definition, raw, (message) => {
        placed ??= codedError('BAD_USER_INPUT', '', {}, { nodes: definition });
        errors.push(restated(placed, cut(message, longestMessage), placed.extensions));
        if (errors.length >= mostErrors) throw tooMany;
      });
      if (value !== undefined) variables[definition.variable.name.value] = value;
    }
  } catch (thrown) {
    if (thrown !== tooMany) throw thrown;
  }
  return errors.length > 0 ? { kind: 'INVALID', errors } : { kind: 'COERCED', variables };
}

/** Ends a coercion that has enough errors. */
const tooMany = Symbol('too many errors');

/** `undefined` for a variable without a value, and for one of which `fail` was told. */
function coerced(
  schema: GraphQLSchema,
  { variable, type: typeNode, defaultValue }: VariableDefinitionNode,
  raw: RawVariables,
  fail: (message: string) => void,
): unknown {
  const name = variable.name.value;
  const type = typeFromAST(schema, typeNode);
  if (!isInputType(type)) return fail(`Variable "$${name}" is of a type that is no input type.`);
  if (!Object.hasOwn(raw, name)) {
    if (defaultValue) return valueFromAST(defaultValue, type);
    return isNonNullType(type) ? fail(`Variable "$${name}" of required type "${type}" was not provided.`) : undefined;
  }
  const value = raw[name];
  if (value === null && isNonNullType(type)) {
    return fail(`Variable "$${name}" of non-null type "${type}" must not be null.`);
  }
  try {
    return coerceInputValue(
      value,
      type,
      (path, _, error) => {
        const where = path.length > 0 ? ` at "${cut(`${name}${printed(path)}`, longestPath)}"` : '';
        fail(`Variable "$${name}" got an invalid value${where}; ${withoutValue(String(error.message ?? ''))}`);
      },
      true,
    );
  } catch (thrown) {
    // A scalar of the API may throw anything, and not all of it can be read.
    if (thrown === tooMany) throw thrown;
    return fail(`Variable "$${name}" got an invalid value.`);
  }
}

function printed(path: readonly (string | number)[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
}

/** What the built-in scalars say of a value ends with it; what an enum says begins with it. */
function withoutValue(message: string): string {
  return message.replace(/ value: [\s\S]*$/, ' value.').replace(/^Value "[\s\S]*" does/, 'The value does');
}

const longestMessage = 300;
const longestPath = 200;

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
