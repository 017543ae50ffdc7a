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
  const body = selectionSet(selections, rootName);
  const head = definitions.length > 0 ? `${operation} Q(${definitions.join(', ')})` : `${operation} Q`;
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
      part.selections ? ` ${selectionSet(part.selections, undefined)}` : '',
    ].join('');
    // Around a field only where its type is known, and without naming another one.
    return on !== undefined && random.chance(writing.fragments / 2) ? fragment(on, `{ ${field} }`) : field;
  }

  function fragment(on: string, body: string): string {
    if (!random.chance(writing.fragments)) return `... on ${on} ${body}`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${on} ${body}`);
    return `...${name}`;
  }

  function argument(type: string, value: Value): string {
    if (!random.chance(writing.variables)) return literal(value);
    const name = `v${definitions.length}`;
    if (random.chance(0.3)) {
      definitions.push(`$${name}: ${type} = ${literal(value)}`);
    } else {
      definitions.push(`$${name}: ${type}`);
      variables[name] = json(value);
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
