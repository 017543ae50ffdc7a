/** Asserts what only a mistake of ours can break. Faults of a caller are coded errors, see `errors.ts`. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant violated: ${message}`);
}
