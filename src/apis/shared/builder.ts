import SchemaBuilder from '@pothos/core';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import { fieldpassCostPlugin } from '../../cost/pothos-plugin.ts';
import { fieldpassPlugin } from '../../privileges/pothos-plugin.ts';
import type { CallerContext } from './context.ts';
import { decodeGlobalId, encodeGlobalId } from './global-id.ts';
import { inputError } from './input-error.ts';
import { resolveVisibleNode } from './node.ts';
import { dateTimeScalar } from './scalars/date-time.ts';
import type { JsonValue } from './scalars/json.ts';

/** What our APIs have in common; `Context` is what the resolvers of one of them see. */
export interface BuilderTypes<Context extends CallerContext> {
  Context: Context;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Milliseconds since the epoch. */
    DateTime: { Input: number; Output: number };
    /** Milliseconds. */
    Duration: { Input: number; Output: number };
    JSON: { Input: JsonValue; Output: JsonValue };
  };
  /** Counting is a statement of its own: it runs when `totalCount` is selected. */
  Connection: { totalCount: () => Promise<number> };
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: true;
}

export type Builder<Context extends CallerContext> = PothosSchemaTypes.SchemaBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<BuilderTypes<Context>>
>;

/** What makes the fields of an input type. */
export type InputFields<Context extends CallerContext> = PothosSchemaTypes.InputFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<BuilderTypes<Context>>,
  'InputObject'
>;

/**
 * A Pothos builder with our plugins, scalars, global ids and connections. Fields are nullable unless they say otherwise,
 * so that a denied or failed one costs no more than itself.
 *
 * Plugins run outside in: relay reads global ids before scope-auth judges with them, and nothing runs that was not judged.
 *
 * @param countWeight points of a `totalCount`: to count is to look at every row
 */
export function createBuilder<Context extends CallerContext>(countWeight: number): Builder<Context> {
  const builder: Builder<Context> = new SchemaBuilder<BuilderTypes<Context>>({
    plugins: [RelayPlugin, ScopeAuthPlugin, fieldpassPlugin, fieldpassCostPlugin, ValidationPlugin, DataloaderPlugin],
    // The fieldpass plugin gives every field its scope; an API may add its own.
    scopeAuth: { authScopes: () => ({}) },
    validation: { validationError: (failure) => inputError(failure.issues) },
    relay: {
      encodeGlobalID: (typename, id) => encodeGlobalId(typename, String(id)),
      decodeGlobalID: (text) => decodeGlobalId(text),
      nodesOnConnection: true,
      edgesFieldOptions: { nullable: { list: false, items: false } },
      nodeFieldOptions: { nullable: true },
      nodeQueryOptions: {
        resolve: (_root, { id }, context, info, load) => resolveVisibleNode(id, context, info, load),
      },
      nodesQueryOptions: false,
    },
  });
  builder.addScalarType('DateTime', dateTimeScalar);
  builder.globalConnectionField('totalCount', (t) =>
    t.int({ nullable: false, cost: { weight: countWeight }, resolve: (connection) => connection.totalCount() }),
  );
  return builder;
}
