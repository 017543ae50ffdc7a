import type { GeneratedOperation, Part, Value } from './generate-document.ts';
import { type Random, randomFrom } from './random.ts';

/** Ways to write the same operation. */
export interface Writing {
  readonly seed: number;
  /** Arguments as variables, with this probability. */
  readonly variables: number;
  /** Named fragments in place of inline ones, and around fields, with this probability. */
  readonly fragments: number;
  readonly shuffled: boolean;
  readonly otherAliases: boolean;
  /** `@skip` and `@include`, of literals and of variables, with this probability. */
  readonly conditions?: number;
  /** Directives of the API that take types of their own, with this probability. */
  readonly looks?: number;
  /** Of arguments as variables, those that no variable of the request gives, with this probability. */
  readonly absent?: number;
  /** Of the operation and its fragments. */
  readonly name?: string;
}

export const plainly: Writing = { seed: 0, variables: 0, fragments: 0, shuffled: false, otherAliases: false };

export interface Written {
  readonly source: string;
  readonly variables: Record<string, unknown>;
}

export function render({ operation, selections }: GeneratedOperation, writing: Writing, rootName: string): Written {
  const random = randomFrom(writing.seed);
  const definitions: string[] = [];
  const variables: Record<string, unknown> = {};
  const fragments: string[] = [];
  const { conditions = 0, looks = 0, absent = 0, name: ownName = 'Q' } = writing;
  const body = selectionSet(selections, rootName);
  const head = `${operation} ${ownName}${definitions.length > 0 ? `(${definitions.join(', ')})` : ''}`;
  return { source: [`${head} ${body}`, ...fragments].join('\n'), variables };

  function selectionSet(parts: readonly Part[], on: string | undefined): string {
    const ordered = writing.shuffled ? shuffle(parts, random) : parts;
    return `{ ${ordered.map((part) => text(part, on)).join(' ')} }`;
  }

  function text(part: Part, on: string | undefined): string {
    if (part.kind === 'FRAGMENT') return fragment(part.on, selectionSet(part.selections, part.on));
    const alias = writing.otherAliases && part.alias !== part.name ? `${part.alias}_` : part.alias;
    const args = part.args.map(({ name, type, value }) => `${name}: ${argument(type, value)}`);
    const field = [
      alias === part.name ? part.name : `${alias}: ${part.name}`,
      args.length > 0 ? `(${args.join(', ')})` : '',
      condition(),
      look(),
      part.selections ? ` ${selectionSet(part.selections, undefined)}` : '',
    ].join('');
    // Around a field only where its type is known, and without naming another one.
    return on !== undefined && random.chance(writing.fragments / 2) ? fragment(on, `{ ${field} }`) : field;
  }

  function fragment(on: string, body: string): string {
    if (!random.chance(writing.fragments)) return `... on ${on}${condition()} ${body}`;
    const name = `F${ownName === 'Q' ? '' : ownName}${fragments.length}`;
    fragments.push(`fragment ${name} on ${on} ${body}`);
    return `...${name}${condition()}`;
  }

  function condition(): string {
    if (conditions === 0 || !random.chance(conditions)) return '';
    const value = random.chance(0.5);
    const directive = random.pick(['skip', 'include']);
    if (random.chance(0.4)) return ` @${directive}(if: ${value})`;
    const name = `c${definitions.length}`;
    if (random.chance(0.3)) {
      definitions.push(`$${name}: Boolean! = ${value}`);
    } else {
      definitions.push(`$${name}: Boolean!`);
      variables[name] = value;
    }
    return ` @${directive}(if: $${name})`;
  }

  function look(): string {
    if (looks === 0 || !random.chance(looks)) return '';
    return ` @look(${random.pick(['style: BIG', 'as: { style: SMALL }', 'style: SMALL, as: { style: BIG, width: 2 }'])})`;
  }

  function argument(type: string, value: Value): string {
    if (!random.chance(writing.variables)) return literal(value);
    const name = `v${definitions.length}`;
    if (random.chance(0.3)) {
      definitions.push(`$${name}: ${type} = ${literal(value)}`);
    } else {
      definitions.push(`$${name}: ${type}`);
      if (type.endsWith('!') || absent === 0 || !random.chance(absent)) variables[name] = json(value);
    }
    return `$${name}`;
  }
}

function literal(value: Value): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(literal).join(', ')}]`;
  if ('enum' in value) return value.enum;
  return `{ ${Object.entries(value.fields)
    .map(([name, field]) => `${name}: ${literal(field)}`)
    .join(', ')} }`;
}

function json(value: Value): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(json);
  if ('enum' in value) return value.enum;
  return Object.fromEntries(Object.entries(value.fields).map(([name, field]) => [name, json(field)]));
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}

function shuffle<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, at: random.below(1_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
