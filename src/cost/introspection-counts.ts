import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import type { CoercedVariables } from '../plan/document-plan.ts';
import { countIntrospection, type IntrospectionCount, mostIntrospected } from './count-introspection.ts';

/** Counts what a document of one operation asks of a view; no further than `most`, when that is given. */
export type CountIntrospected = (
  view: GraphQLSchema,
  document: DocumentNode,
  variables: CoercedVariables,
  most?: number,
) => IntrospectionCount;

/** Remembers, as long as both live, what documents ask of views where no variable changes it: the tools' own queries. */
export function introspectionCounts(): CountIntrospected {
  const byView = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, IntrospectionCount>>();
  return (view, document, variables, most = mostIntrospected) => {
    if (hasVariables(document)) return countIntrospection(view, document, undefined, variables, most);
    const byDocument = byView.get(view) ?? new WeakMap<DocumentNode, IntrospectionCount>();
    byView.set(view, byDocument);
    const known = byDocument.get(document);
    // Where another key's count stopped says nothing of what this one may still ask for.
    if (known && (known.kind !== 'STOPPED' || known.most >= most)) return known;
    const counted = countIntrospection(view, document, undefined, variables, most);
    byDocument.set(document, { ...counted, steps: 0 });
    return counted;
  };
}

function hasVariables({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION && (definition.variableDefinitions?.length ?? 0) > 0,
  );
}
