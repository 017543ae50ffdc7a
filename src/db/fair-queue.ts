/**
 * Who waits, in turns: of the parties that wait each has one of theirs served before any has a second one. A party is a
 * path of names, the widest first (application, key): turns go round at each level, so that an application with a
 * thousand keys is one party among others. Within a party the first to come is the first to be served.
 * Each step takes time in proportion to the levels, however many wait.
 */
export interface FairQueue<Waiting> {
  readonly size: number;
  add(party: Party, waiting: Waiting): void;
  /** The next one of those widest parties that may have another; undefined when there is none. */
  take(mayTake?: (widest: string) => boolean): Waiting | undefined;
  /** Who gave up. */
  remove(party: Party, waiting: Waiting): void;
  /** Everybody, and nobody waits any more. */
  clear(): Waiting[];
}

/** Names from the widest to the narrowest. */
export type Party = readonly string[];

/** Those who wait below one name: parties by the order of their next turn, or, at the end of the path, themselves. */
interface Level<Waiting> {
  readonly parties: Map<string, Level<Waiting>>;
  readonly waiting: Set<Waiting>;
}

export function createFairQueue<Waiting>(): FairQueue<Waiting> {
  const root = emptyLevel<Waiting>();
  let size = 0;

  return {
    get size() {
      return size;
    },
    add(party, waiting) {
      let level = root;
      for (const name of party) {
        const below = level.parties.get(name) ?? emptyLevel();
        level.parties.set(name, below);
        level = below;
      }
      level.waiting.add(waiting);
      size++;
    },
    take(mayTake = () => true) {
      const taken = takeFrom(root, mayTake);
      if (taken !== undefined) size--;
      return taken;
    },
    remove(party, waiting) {
      if (removeFrom(root, party, 0, waiting)) size--;
    },
    clear() {
      const all: Waiting[] = [];
      for (let next = this.take(); next !== undefined; next = this.take()) all.push(next);
      return all;
    },
  };
}

function emptyLevel<Waiting>(): Level<Waiting> {
  return { parties: new Map(), waiting: new Set() };
}

function isEmpty({ parties, waiting }: Level<unknown>): boolean {
  return parties.size === 0 && waiting.size === 0;
}

function takeFrom<Waiting>(level: Level<Waiting>, mayTake: (name: string) => boolean): Waiting | undefined {
  for (const own of level.waiting) {
    level.waiting.delete(own);
    return own;
  }
  for (const [name, below] of level.parties) {
    if (!mayTake(name)) continue;
    const taken = takeFrom(below, () => true);
    // Behind all others, for its next turn.
    level.parties.delete(name);
    if (!isEmpty(below)) level.parties.set(name, below);
    return taken;
  }
  return undefined;
}

function removeFrom<Waiting>(level: Level<Waiting>, party: Party, depth: number, waiting: Waiting): boolean {
  const name = party[depth];
  if (name === undefined) return level.waiting.delete(waiting);
  const below = level.parties.get(name);
  if (!below) return false;
  const removed = removeFrom(below, party, depth + 1, waiting);
  if (isEmpty(below)) level.parties.delete(name);
  return removed;
}
