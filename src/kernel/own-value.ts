/**
 * What an object itself holds under a name, which somebody else may have chosen: `constructor` or `__proto__` find a
 * member of that name or nothing, never what every object inherits.
 */
export function ownValue(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Readonly<Record<string, unknown>>)[name] : undefined;
}
