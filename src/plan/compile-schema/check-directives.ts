import {
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
  Kind,
  print,
  valueFromASTUntyped,
} from 'graphql';
import type { ProblemList } from '../schema-declaration-error.ts';
import { directivesOf, readArgument, readField, readType, type Written } from './read-declarations.ts';

/** `-1`, `2.5`, `1e3`: a Float as JSON and GraphQL write it (IBM GraphQL Cost Directives specification, "Weight"). */
const serializedFloat = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** What is declared of each object's field for itself, beside its price: what stands on an interface's alone means nothing. */
const saidOfObjects = ['rateLimit', 'open', 'transparent', 'verbs', 'deletes'] as const;

/**
 * Reports prices that would be read wrong or not at all: weights that are no number, prices of what has none (abstract
 * types, and fields of interfaces with their arguments, of which the object types' own count), weights that differ, and IBM's directives under other names.
 */
export function checkDirectives(schema: GraphQLSchema, problems: ProblemList): void {
  const renamed = renamedDirectives(schema);
  const told = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    check(type, type.name);
    if ((isInterfaceType(type) || isUnionType(type)) && readType(type).weight !== undefined) {
      report(type.name, 'has a weight and is abstract; give it to its object types, of which the dearest counts');
    }
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        const text = `${type.name}.${field.name}`;
        check(field, text);
        for (const argument of field.args) check(argument, `${text}(${argument.name}:)`);
        if (isInterfaceType(type)) checkPromise(text, field);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(field, `${type.name}.${field.name}`);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) check(value, `${type.name}.${value.name}`);
    }

    /** What code declares of an interface's field stands on each object's own too; SDL cannot say that. */
    function checkPromise(text: string, field: GraphQLField<unknown, unknown>): void {
      if (!isInterfaceType(type)) return;
      const objects = schema.getPossibleTypes(type);
      const without = (isMissing: (own: GraphQLField<unknown, unknown> | undefined) => boolean) =>
        objects.filter((object) => isMissing(object.getFields()[field.name])).map(({ name }) => name);
      const { cost } = readField(field);
      const isMissing = (own: GraphQLField<unknown, unknown> | undefined, name: 'weight' | 'listSize') =>
        cost?.[name] !== undefined && (own && readField(own).cost?.[name]) === undefined;
      const named = without((own) => isMissing(own, 'weight') || isMissing(own, 'listSize'));
      if (isPriced(field) || named.length > 0) {
        report(
          text,
          `has a price and is a field of an interface, which has none; give it to the same field${of(named)}`,
        );
      }
      for (const member of saidOfObjects) {
        if (readField(field)[member] === undefined) continue;
        const lacking = without((own) => own === undefined || readField(own)[member] === undefined);
        if (lacking.length === 0) continue;
        report(
          text,
          `declares ${member} and is a field of an interface, which has none; declare it on the same field${of(lacking)}`,
        );
      }
      for (const argument of field.args) {
        if (readArgument(argument).weight === undefined) continue;
        const unpriced = without((own) => {
          const same = own?.args.find(({ name }) => name === argument.name);
          return same === undefined || readArgument(same).weight === undefined;
        });
        if (!isPriced(argument) && unpriced.length === 0) continue;
        const message = `has a price and is an argument of an interface's field, which has none; give it to the same argument${of(unpriced)}`;
        report(`${text}(${argument.name}:)`, message);
      }
    }
  }

  function of(types: readonly string[]): string {
    return types.length > 0 ? ` of ${types.join(', ')}` : '';
  }

  function isPriced(element: Written): boolean {
    return directivesOf(element).some(({ name }) => name.value === 'cost');
  }

  function check(element: Written, coordinate: string): void {
    const weights = directivesOf(element).filter(({ name }) => name.value === 'cost');
    if (new Set(weights.map(({ arguments: given = [] }) => given.map(print).join())).size > 1) {
      report(
        coordinate,
        'has several weights by @cost that differ; give it one, where it is defined or where it is extended',
      );
    }
    for (const { name, arguments: given } of directivesOf(element)) {
      const meant = renamed.get(name.value);
      if (meant !== undefined && !told.has(name.value)) {
        told.add(name.value);
        const message = `has @${name.value}, which is @${meant} under another name (by @link) and is not read; import it as @${meant}`;
        report(coordinate, message);
      }
      if (name.value !== 'cost') continue;
      const value = given?.find((argument) => argument.name.value === 'weight')?.value;
      if (value?.kind === Kind.STRING && !serializedFloat.test(value.value)) {
        report(coordinate, `has the weight ${JSON.stringify(value.value)}, which is no Float`);
      }
    }
  }

  function report(coordinate: string, message: string): void {
    problems.report('INVALID_DECLARATION', coordinate, message);
  }
}

/**
 * Names that Apollo's `@link` gives to `@cost` and `@listSize` in this schema, beside their own: they come with the
 * specification of costs, and with federation from 2.9 on.
 */
function renamedDirectives(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const nodes = [schema.astNode, ...schema.extensionASTNodes];
  for (const link of nodes.flatMap((node) => node?.directives ?? []).filter(({ name }) => name.value === 'link')) {
    const given = Object.fromEntries(
      (link.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
    );
    const specification = specificationOf(String(given['url']));
    if (specification === undefined) continue;
    const prefix = typeof given['as'] === 'string' ? given['as'].replace(/^@/, '') : specification;
    for (const meant of ['cost', 'listSize']) names.set(`${prefix}__${meant}`, meant);
    if (specification === 'cost' && prefix !== 'cost') names.set(prefix, 'cost');
    const imports: readonly unknown[] = Array.isArray(given['import']) ? given['import'] : [];
    for (const one of imports) {
      if (typeof one !== 'object' || one === null) continue;
      const { name, as } = one as { readonly name?: unknown; readonly as?: unknown };
      const [meant, alias] = [String(name).replace(/^@/, ''), String(as ?? name).replace(/^@/, '')];
      if ((meant === 'cost' || meant === 'listSize') && alias !== meant) names.set(alias, meant);
    }
  }
  return names;
}

/** Which of the two a link leads to. The last parts of its path are name and version (Apollo's `link` v1.0, "Url"). */
function specificationOf(url: string): 'cost' | 'federation' | undefined {
  const [, name, major, minor] = /\/(cost|federation)\/v(\d+)\.(\d+)\/?(?:[?#]|$)/.exec(url) ?? [];
  if (name === 'cost') return name;
  const hasCosts = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 9);
  return name === 'federation' && hasCosts ? name : undefined;
}
