/**
 * Makes one of `size` things for any seed, each once: properties run over some hundred schemas with many documents each,
 * for making a schema takes longer than asking it something.
 */
export function pool<Made>(size: number, make: (seed: number) => Made): (seed: number) => Made {
  const made = new Map<number, Made>();
  return (seed) => {
    const place = seed % size;
    const known = made.get(place) ?? make(place);
    made.set(place, known);
    return known;
  };
}
