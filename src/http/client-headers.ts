/** How GraphQL clients name themselves: a header of their own, Apollo's, and the one that other servers and routers read. */
const families = ['GraphQL-Client', 'Apollographql-Client', 'X-GraphQL-Client'] as const;

/** Names of the headers for one part, the one that counts first in front. */
export function clientHeaders(part: 'name' | 'version'): readonly string[] {
  return families.map((family) => `${family}-${part === 'name' ? 'Name' : 'Version'}`);
}
