import fc from 'fast-check';
import { type GraphQLObjectType, getNamedType, introspectionTypes, isLeafType, isObjectType } from 'graphql';
import { type Random, randomFrom } from '../privileges/generated/random.ts';

export interface RandomIntrospection {
  readonly source: string;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Valid operations of `__schema` and `__type`, with aliases, merged fields, fragments, arguments and conditions. */
export const randomIntrospection: fc.Arbitrary<RandomIntrospection> = fc
  .noShrink(fc.nat())
  .map((seed) => write(randomFrom(seed)));

const typeNames = ['Query', 'O0', 'I0', 'U0', 'Color', 'In0', 'Int', 'Mutation', '__Type', 'None', 'constructor'];

function write(random: Random): RandomIntrospection {
  const fragments: string[] = [];
  const variables = { t: true, f: false, n: random.pick(typeNames) };
  const root = Array.from({ length: 1 + random.below(3) }, (_, n) => {
    // Each name means one thing, so that fields of one name can be merged.
    if (random.chance(0.6))
      return `${random.chance(0.5) ? `s${n}: ` : ''}__schema${condition()} ${setOf('__Schema', 0)}`;
    const name = random.chance(0.3) ? '$n' : `"${random.pick(typeNames)}"`;
    return `t${n}: __type(name: ${name})${condition()} ${setOf('__Type', 1)}`;
  });
  const source = `query ($t: Boolean!, $f: Boolean!, $n: String!) { ${root.join(' ')} ${used} } ${fragments.join(' ')}`;
  return { source, variables };

  function setOf(typeName: string, depth: number): string {
    const type = introspectionTypes.find(({ name }) => name === typeName);
    if (!isObjectType(type)) throw new Error(typeName);
    return `{ ${selectionsOf(type, depth)} }`;
  }

  function selectionsOf(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields()).filter((field) => depth < 6 || isLeafType(getNamedType(field.type)));
    const parts = random.some(fields, 2.2 / fields.length).map(({ name, args, type: result }) => {
      const deprecated = args.length > 0 ? random.pick([0, 1, 2, 3]) : 0;
      const value = ['', 'true', '$t', '$f'][deprecated];
      const given = value ? `(includeDeprecated: ${value})` : '';
      const named = getNamedType(result);
      const below = isLeafType(named) ? '' : setOf(named.name, depth + 1);
      const alias = deprecated > 0 || random.chance(0.3) ? `x${deprecated}${name}: ` : '';
      return `${alias}${name}${given}${condition()} ${below}`;
    });
    if (parts.length === 0 || random.chance(0.1)) parts.push('__typename');
    if (random.chance(0.25) && depth < 5) parts.push(`...${condition()} { ${selectionsOf(type, depth + 1)} }`);
    if (random.chance(0.25) && depth < 5) {
      const body = `on ${type.name} { ${selectionsOf(type, depth + 1)} }`;
      const name = `F${fragments.length}`;
      fragments.push(`fragment ${name} ${body}`);
      parts.push(`...${name}${condition()}`, ...(random.chance(0.5) ? [`...${name}`] : []));
    }
    return parts.join(' ');
  }

  function condition(): string {
    if (random.chance(0.8)) return '';
    return random.pick([
      ' @skip(if: $t)',
      ' @skip(if: $f)',
      ' @include(if: $t)',
      ' @include(if: $f)',
      ' @include(if: true)',
      ' @skip(if: true)',
    ]);
  }
}

/** Every variable is used. */
const used = '... @skip(if: $t) { __typename } ... @include(if: $f) { __typename } u: __type(name: $n) { name }';
