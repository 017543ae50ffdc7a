import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { numbering } from '../../kernel/numbering.ts';

/** Comparisons of two fields or of two fragments, and visits of selections: some milliseconds of each. */
const mostComparisons = 25_000;
const mostVisits = 50_000;
/** To look in vain for a name is a small part of a comparison. */
const lookupsOfComparison = 4;

/** Selection sets that are merged with each other. */
type Merged = ReadonlySet<SelectionSetNode>;

/** Fields of one response name: how many there are, and what they select. */
interface SameName {
  count: number;
  /** Of those, the ones that stand in the sets themselves, and not in a fragment that they name. */
  own: number;
  readonly below: Set<SelectionSetNode>;
}

/**
 * Whether a document selects the same response names so often beside each other that to compare them, each with each, as
 * validation does (GraphQL spec §5.3.2), would take long. graphql-js stops by itself, after twenty times as many. An
 * estimate from above: the sets that fields of one name select are merged, level by level, and on each level every two
 * fields of one name are a comparison, as are every two fragments. It stops where it is too much, so it takes little time.
 */
export function overlapsTooMuch(document: DocumentNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const numberOf = numbering<SelectionSetNode>();
  const known = new Set<string>();
  /** Fragments that have been compared with each other: graphql-js remembers each pair, for all operations that name it. */
  const compared = new Set<string>();
  const pending: Merged[] = [];
  let comparisons = 0;
  let visits = 0;

  for (const definition of document.definitions) {
    if ('selectionSet' in definition) merge(new Set([definition.selectionSet]));
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    compareWithin(next);
    if (comparisons > mostComparisons || visits > mostVisits) return true;
  }
  return false;

  /** What is merged of the same sets in many places is compared once. */
  function merge(sets: Merged): void {
    const name = [...sets].map(numberOf).sort().join();
    if (known.has(name)) return;
    known.add(name);
    pending.push(sets);
  }

  function compareWithin(sets: Merged): void {
    const found = new Map<string, SameName>();
    const entered = new Set<string>();
    let spreads = 0;
    let fields = 0;
    let ownFields = 0;
    const named: SelectionNode[] = [];
    const waiting: SelectionNode[] = [...sets].flatMap(({ selections }) => selections);
    while (visits <= mostVisits) {
      const own = waiting.pop();
      const next = own ?? named.pop();
      if (next === undefined) break;
      visits++;
      if (next.kind === Kind.FIELD) {
        const name = next.alias?.value ?? next.name.value;
        const same = found.get(name) ?? { count: 0, own: 0, below: new Set() };
        found.set(name, same);
        fields++;
        same.count++;
        if (own) {
          ownFields++;
          same.own++;
        }
        if (next.selectionSet) same.below.add(next.selectionSet);
      } else if (next.kind === Kind.INLINE_FRAGMENT) {
        (own ? waiting : named).push(...next.selectionSet.selections);
      } else {
        spreads++;
        if (entered.has(next.name.value)) continue;
        entered.add(next.name.value);
        named.push(...(fragments.get(next.name.value)?.selectionSet.selections ?? []));
      }
    }
    const together = `${spreads} ${[...entered].sort().join()}`;
    const isCompared = compared.has(together);
    compared.add(together);
    if (!isCompared) comparisons += pairsOf(spreads);
    comparisons += (entered.size * (isCompared ? ownFields : fields)) / lookupsOfComparison;
    for (const { count, own, below } of found.values()) {
      comparisons += isCompared ? pairsOf(own) + own * (count - own) : pairsOf(count);
      // Each of two fields is asked for each name that the other selects.
      if (!isCompared || own > 0)
        for (const { selections } of below)
          comparisons += ((below.size - 1) * selections.length) / 2 / lookupsOfComparison;
      if (below.size > 0) merge(below);
    }
  }
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2;
}
