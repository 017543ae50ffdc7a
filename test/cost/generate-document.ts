import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { Random } from './random.ts';

export interface GeneratedOperation {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const conditions = [
  '',
  '',
  '',
  '',
  ' @skip(if: true)',
  ' @include(if: true)',
  ' @include(if: $yes)',
  ' @skip(if: $no)',
  ' @skip(if: $yes)',
];

/** A random operation with aliases, repeated fields, inline and named fragments, conditions, and variables. */
export function generateOperation(random: Random, schema: GraphQLSchema): GeneratedOperation {
  const variables: Record<string, unknown> = { yes: random.chance(0.5), no: random.chance(0.3) };
  const definitions = ['$yes: Boolean!', '$no: Boolean! = false'];
  const fragments: string[] = [];
  let budget = random.whole(5, 45);

  function value(argument: GraphQLArgument): string | undefined {
    const type = String(argument.type);
    if (!type.endsWith('!') && random.chance(0.3)) return undefined;
    if (!type.endsWith('!') && random.chance(0.1)) return 'null';
    const given = sample(type);
    if (random.chance(0.6)) return literal(given);
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}${random.chance(0.3) ? ` = ${literal(sample(type))}` : ''}`);
    if (!type.endsWith('!') && random.chance(0.2)) return `$${name}`;
    variables[name] = given;
    return `$${name}`;
  }

  function sample(type: string): unknown {
    const length = random.chance(0.05) ? random.whole(10, 250) : random.whole(0, 3);
    if (type.startsWith('[')) return Array.from({ length }, () => random.whole(0, 9));
    return type.startsWith('In') && !type.startsWith('Int') ? input(2) : random.whole(0, 3);
  }

  function input(depth: number): Readonly<Record<string, unknown>> {
    return {
      ...(random.chance(0.5) && { x: random.chance(0.2) ? null : random.whole(0, 9) }),
      ...(depth > 0 && random.chance(0.4) && { y: Array.from({ length: random.whole(0, 2) }, () => input(depth - 1)) }),
      ...(random.chance(0.3) && { z: random.whole(0, 9) }),
    };
  }

  function fieldText(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.flatMap((argument) => {
      const text = value(argument);
      return text === undefined ? [] : [`${argument.name}: ${text}`];
    });
    const called = given.length > 0 ? `${field.name}(${given.join(', ')})` : field.name;
    // Equal calls merge; different ones need a name of their own.
    const alias =
      given.length > 0
        ? `${called.replace(/[^A-Za-z0-9]/g, '_')}: `
        : random.chance(0.2)
          ? `other_${field.name}: `
          : '';
    const named = getNamedType(field.type);
    return `${alias}${called}${random.pick(conditions)}${isCompositeType(named) ? selection(named, depth - 1) : ''}`;
  }

  function selection(type: GraphQLNamedType, depth: number): string {
    const parts = ['__typename', ...manyLeaves(type)];
    for (let count = random.whole(1, 4); count > 0 && budget > 0; count--) {
      budget--;
      const narrowed = isAbstractType(type) ? random.pick(schema.getPossibleTypes(type)) : type;
      const roll = random.whole(0, 9);
      if (roll === 0 || (isAbstractType(type) && roll < 5)) {
        parts.push(`... on ${narrowed.name}${random.pick(conditions)}${selection(narrowed, depth)}`);
      } else if (roll === 9 && depth > 0) {
        const name = `F${fragments.length}`;
        fragments.push('');
        fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name}${selection(type, depth)}`;
        parts.push(`...${name}${random.pick(conditions)}`);
        if (random.chance(0.4)) parts.push(`...${name}`);
      } else if (isObjectType(type) || isInterfaceType(type)) {
        const fields = Object.values(type.getFields()).filter(
          (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
        );
        if (fields.length > 0) parts.push(fieldText(random.pick(fields), depth));
      }
    }
    return ` { ${parts.join(' ')} }`;
  }

  /** Enough of them, now and then, to cost something together. */
  function manyLeaves(type: GraphQLNamedType): string[] {
    if (!random.chance(0.08)) return [];
    const plain =
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).filter(
            ({ args, type: of }) => args.length === 0 && isLeafType(getNamedType(of)),
          )
        : [];
    const names = ['__typename', ...plain.map(({ name }) => name)];
    return Array.from({ length: random.whole(60, 320) }, (_, index) => {
      return `many${index}_${type.name}: ${names[index % names.length]}${random.pick(conditions)}`;
    });
  }

  const mutates = random.chance(0.3);
  const root = mutates ? schema.getMutationType() : schema.getQueryType();
  if (!root) throw new Error('the schema has no root');
  const body = selection(root, random.whole(1, 5));
  const source = `${mutates ? 'mutation' : 'query'} (${definitions.join(', ')})${body}\n${fragments.join('\n')}`;
  return { source, variables };
}

function literal(given: unknown): string {
  if (Array.isArray(given)) return `[${given.map(literal).join(', ')}]`;
  if (typeof given === 'object' && given !== null) {
    return `{ ${Object.entries(given)
      .map(([name, part]) => `${name}: ${literal(part)}`)
      .join(', ')} }`;
  }
  return String(given);
}
