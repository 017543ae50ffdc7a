import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import type { CallerContext } from './context.ts';
import type { GlobalId } from './global-id.ts';

/**
 * `Query.node`: the id's own type decides, before anything is read. A type that does not exist, is no node, or is outside
 * the key's view answers as an object that does not exist.
 */
export function resolveVisibleNode(
  id: GlobalId,
  context: CallerContext,
  info: GraphQLResolveInfo,
  load: (id: { typename: string; id: string }) => unknown,
): unknown {
  const type = info.schema.getType(id.typename);
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
  return isNode && context.access.sees(type.name) ? load({ ...id }) : null;
}
