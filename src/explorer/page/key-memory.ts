/** Where a tab keeps its key until it is closed or told to forget it. Each endpoint has a key of its own. */
export interface KeyMemory {
  recall(): string | undefined;
  keep(key: string): void;
  forget(): void;
}

/**
 * Over `sessionStorage`, which ends with the tab and is not shared with others. A browser that refuses storage gives a
 * memory that lasts until the page is left.
 */
export function keyMemory(endpoint: string, open: () => Storage = () => window.sessionStorage): KeyMemory {
  const name = `fieldpass:key:${endpoint}`;
  let storage: Storage | undefined;
  try {
    storage = open();
  } catch {
    storage = undefined;
  }
  return {
    recall: () => storage?.getItem(name) ?? undefined,
    keep: (key) => attempt(() => storage?.setItem(name, key)),
    forget: () => attempt(() => storage?.removeItem(name)),
  };
}

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // A full or closed storage only means that the key has to be pasted again after a reload.
  }
}
