/** Deeper than any variables that are used (`check-text.ts`): what lies below is refused, not copied. */
const deepest = 100;

/**
 * JSON that was sent, without anything inherited: objects have no prototype, so that reading a member by any name finds
 * what the caller sent under it or nothing. `__proto__` is a member like any other. Lists keep theirs, for they are read
 * by position. Iterative: nesting cannot exhaust the stack.
 */
export function ownMembers(value: unknown): unknown {
  const root: Record<string, unknown> = { value };
  const pending: Pending[] = [{ holder: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { holder, depth } = next;
    if (depth > deepest) continue;
    for (const name of Object.keys(holder)) {
      const member = (holder as Record<string, unknown>)[name];
      if (typeof member !== 'object' || member === null) continue;
      const copy = Array.isArray(member) ? [...member] : Object.assign(Object.create(null), member);
      (holder as Record<string, unknown>)[name] = copy;
      pending.push({ holder: copy, depth: depth + 1 });
    }
  }
  return root['value'];
}

/** A copy whose members are not copied yet. */
interface Pending {
  readonly holder: object;
  readonly depth: number;
}
