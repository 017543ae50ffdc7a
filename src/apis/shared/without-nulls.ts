/** Of a filter that was given: null is as good as absent, it filters nothing. */
export function withoutNulls<Given extends object>(given: Given | null | undefined): WithoutNulls<Given> {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== null)) as WithoutNulls<Given>;
}

type WithoutNulls<Given> = { readonly [Name in keyof Given]?: NonNullable<Given[Name]> | undefined };
