/**
 * Whether somebody has to wait for a value. JSON may hold a member named `then`; only a function makes it a promise
 * (ECMAScript, "Promise Resolve Functions"), and it may be inherited.
 */
export function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return 'then' in value && typeof value.then === 'function';
}
