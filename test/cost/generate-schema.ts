import type { Random } from './random.ts';

/**
 * SDL of a small random schema with everything that changes a price: weighted fields, types, leaves, arguments and input
 * fields, lists sized by arguments, by assumption and by a connection, nested lists, and abstract types. Field names
 * begin with their type's, so that fields of different types never conflict.
 */
export function generateSchema(random: Random, { abstract }: { readonly abstract: boolean }): string {
  const names = Array.from({ length: random.whole(2, 4) }, (_, index) => `T${index}`);
  const weight = (likely: number, most = 4) =>
    random.chance(likely) ? ` @cost(weight: "${(random.whole(0, most * 4) / 4).toString()}")` : '';
  const negative = () => (random.chance(0.4) ? ` @cost(weight: "${random.whole(-6, 6) / 2}")` : '');

  function fieldsOf(prefix: string): string {
    const target = () => random.pick(names);
    const fields = [
      `n: Int${weight(0.3)}`,
      `p(among: [Int], input: In): Int`,
      `w: Weighted`,
      `ws: [Weighted]${weight(0.3)} @listSize(assumedSize: ${random.whole(0, 3)})`,
      `o(flag: Int${negative()}, input: In${negative()}): ${target()}${weight(0.5)}`,
      `l(first: Int!): [${target()}]${weight(0.3)} @listSize(slicingArguments: ["first"])`,
      `d(first: Int = 2): [${target()}!] @listSize(slicingArguments: ["first"])`,
      `a: [${target()}] @listSize(assumedSize: ${random.whole(0, 3)})`,
      `c(first: Int, last: Int): ${target()}Connection${weight(0.3)} @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], assumedSize: 2, requireOneSlicingArgument: false)`,
      `m: [[${target()}]] @listSize(assumedSize: ${random.whole(0, 4)})`,
      `ids(of: [Int!]${negative()}): [${target()}] @listSize(slicingArguments: ["of"], assumedSize: 1, requireOneSlicingArgument: false)`,
      ...(abstract
        ? [
            'i: I',
            'is(first: Int!): [I!] @listSize(slicingArguments: ["first"])',
            'u: U',
            'us: [U] @listSize(assumedSize: 2)',
          ]
        : []),
    ];
    return fields.map((field) => `  ${prefix}_${field}`).join('\n');
  }

  const shared = () =>
    `  shared: T0${weight(0.5)}\n  sharedList(first: Int!): [T1]${weight(0.5)} @listSize(slicingArguments: ["first"])`;
  const types = names.map((name) => {
    const implementing = abstract ? ' implements I' : '';
    return `type ${name}${implementing}${weight(0.5)} {\n${abstract ? `${shared()}\n` : ''}${fieldsOf(name)}\n}
type ${name}Connection { edges: [${name}Edge] nodes: [${name}] pageInfo: PageInfo! totalCount: Int${weight(0.3)} }
type ${name}Edge { cursor: String node: ${name} }`;
  });
  return `
scalar Weighted @cost(weight: "0.3")
input In { x: Int${negative()} y: [In!] z: Int = 1${negative()} }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Query {
${fieldsOf('Q')}
}
type Mutation {
${fieldsOf('M')}
}
${abstract ? `interface I { shared: T0 sharedList(first: Int!): [T1] }\nunion U = ${names.join(' | ')}` : ''}
${types.join('\n')}
`;
}
