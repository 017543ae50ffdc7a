type Given<Values> = { [Name in keyof Values]?: Exclude<Values[Name], undefined> };

/** Of a change: what is left out keeps what is there. */
export function onlyGiven<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>;
}
