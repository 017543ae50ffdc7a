import { type GraphQLNamedType, type GraphQLSchema, getNamedType, isAbstractType, isCompositeType } from 'graphql';
import type { Random } from '../../cost/random.ts';

/** SDL in which one field name has one type everywhere, with every way in which a null can bubble. */
export function generateSdl(random: Random): string {
  const names = Array.from({ length: random.whole(2, 4) }, (_, index) => `T${index}`);
  const target = () => random.pick(names);
  const list = ' @listSize(assumedSize: 2)';
  const fields = [
    'a: Int',
    'b: Int!',
    'c: Int',
    'd: [Int!]',
    `o: ${target()}`,
    `p: ${target()}!`,
    `l: [${target()}]${list}`,
    `m: [${target()}!]!${list}`,
    `n: [[${target()}!]]${list}`,
    'i: I',
    'j: I!',
    `k: [I!]!${list}`,
    'u: U',
    `v: [U]${list}`,
  ];
  const body = () =>
    fields.filter((field, index) => index < 2 || field.startsWith('o:') || random.chance(0.7)).join('\n');
  return `
    directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    interface I { a: Int b: Int! ${fields[4]} }
    union U = ${names.slice(0, random.whole(1, names.length)).join(' | ')}
    type Query { ${fields.join('\n')} }
    ${names.map((name) => `type ${name} implements I { ${body()} }`).join('\n')}
  `;
}

const conditions = ['', '', '', '', '', ' @skip(if: true)', ' @include(if: $yes)', ' @skip(if: $no)'];

/** Aliases make one response key mean different fields on different types; not every document is valid. */
export function generateDocument(random: Random, schema: GraphQLSchema): string {
  const fragments: string[] = [];
  let budget = random.whole(4, 30);
  const selection = (type: GraphQLNamedType, depth: number): string => {
    const parts = [random.chance(0.3) ? '__typename' : 'x: __typename'];
    for (let count = random.whole(1, 4); count > 0 && budget > 0; count--) {
      budget--;
      const roll = random.whole(0, 9);
      if (roll < (isAbstractType(type) ? 5 : 1)) {
        const narrowed = isAbstractType(type) ? random.pick(schema.getPossibleTypes(type)) : type;
        parts.push(`... on ${narrowed.name}${random.pick(conditions)} ${selection(narrowed, depth)}`);
      } else if (roll === 9 && depth > 0) {
        const index = fragments.push('') - 1;
        fragments[index] = `fragment F${index} on ${type.name} ${selection(type, depth)}`;
        parts.push(`...F${index}${random.pick(conditions)}`);
      } else if ('getFields' in type) {
        const composite = (name: string) => isCompositeType(getNamedType(fields[name]?.type));
        const fields = type.getFields();
        const names = Object.keys(fields).filter((name) => depth > 0 || !composite(name));
        if (names.length === 0) continue;
        const name = random.pick(names);
        const alias = (name === 'a' || name === 'c') && random.chance(0.3) ? 'y: ' : '';
        const named = getNamedType(fields[name]?.type);
        const below = named && isCompositeType(named) ? ` ${selection(named, depth - 1)}` : '';
        parts.push(`${alias}${name}${random.pick(conditions)}${below}`);
      }
    }
    return `{ ${parts.join(' ')} }`;
  };
  const query = schema.getQueryType();
  if (!query) throw new Error('a schema has a query type');
  const body = selection(query, random.whole(1, 4));
  return `query ($yes: Boolean = true, $no: Boolean!) ${body}\n${fragments.join('\n')}`;
}
