/** A number for each object, the same whenever it comes: for keys that are texts. It holds none of them. */
export function numbering<Key extends object>(): (key: Key) => number {
  const numbers = new WeakMap<Key, number>();
  let count = 0;
  return (key) => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, count);
    return count++;
  };
}
