import type { Storage as GraphiQLStorage } from '@graphiql/toolkit';

/** What the editors hold may name keys: the page hands it from key to key itself, see `workbench-tabs.ts`. */
const heldByThePage = new Set(['graphiql:tabState', 'graphiql:query', 'graphiql:variables', 'graphiql:headers']);
const theme = 'graphiql:theme';

/**
 * The storage that GraphiQL gets in place of `localStorage`: in memory, so that nothing which was typed outlives the
 * page. Only the choice of light or dark stays for the tab.
 */
export function volatileStorage(): GraphiQLStorage {
  const held = new Map<string, string>();
  return {
    getItem: (name) => (name === theme ? recallTheme() : (held.get(name) ?? null)),
    setItem(name, value) {
      if (name === theme) keepTheme(value);
      else if (!heldByThePage.has(name)) held.set(name, value);
    },
    removeItem: (name) => void held.delete(name),
    clear: () => held.clear(),
    get length() {
      return held.size;
    },
  };
}

function recallTheme(): string | null {
  try {
    return window.sessionStorage.getItem(theme);
  } catch {
    return null;
  }
}

function keepTheme(value: string): void {
  try {
    window.sessionStorage.setItem(theme, value);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
