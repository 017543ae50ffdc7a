import { type GraphQLResolveInfo, Kind, type ValueNode } from 'graphql';
import { codedError } from '../../../kernel/errors.ts';

/**
 * Refuses a secret that stands in the document, as a literal or as the default of a variable, or that came in a URL:
 * documents are cached, counted and kept, URLs are logged by everybody on the way.
 * @param secrets input fields of the argument that carry a secret
 * @throws BAD_USER_INPUT
 */
export function requireVariable(
  { fieldNodes, operation }: GraphQLResolveInfo,
  method: string,
  argument: string,
  secrets: readonly string[],
): void {
  if (method !== 'POST') throw refusal(argument, 'takes a key in the body of a POST only');
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  for (const node of fieldNodes) {
    const value = node.arguments?.find(({ name }) => name.value === argument)?.value;
    if (value && carriesLiteral(value, secrets, defaults)) {
      throw refusal(argument, 'takes a key in a variable only. A key that stood in a document should be rotated');
    }
  }
}

type Defaults = ReadonlyMap<string, ValueNode | undefined>;

function carriesLiteral(value: ValueNode, secrets: readonly string[], defaults: Defaults): boolean {
  if (value.kind === Kind.VARIABLE) {
    const given = defaults.get(value.name.value);
    return given !== undefined && carriesLiteral(given, secrets, new Map());
  }
  if (value.kind !== Kind.OBJECT) return false;
  return value.fields.some((field) => secrets.includes(field.name.value) && isLiteral(field.value, defaults));
}

function isLiteral(value: ValueNode, defaults: Defaults): boolean {
  if (value.kind === Kind.LIST) return value.values.some((item) => isLiteral(item, defaults));
  return value.kind !== Kind.VARIABLE || defaults.get(value.name.value) !== undefined;
}

function refusal(argument: string, problem: string) {
  return codedError('BAD_USER_INPUT', `"${argument}" ${problem}.`, { argument: [argument] });
}
