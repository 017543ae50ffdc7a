import { createHash } from 'node:crypto';
import {
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { beginningOf } from '../kernel/beginning-of.ts';
import type { UsageDocument } from './usage-event.ts';

const longestKept = 2000;

/**
 * One operation with the fragments that it uses, without what a client may have put into it: literals are replaced,
 * aliases and descriptions left out, and names are without what `redact` takes out of them. Two documents that differ in these only count as one.
 */
export function normalizeDocument(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  redact: (text: string) => string = (text) => text,
): UsageDocument {
  const used = usedFragments(document, operation);
  const definitions = document.definitions.filter(
    (definition) =>
      definition === operation || (definition.kind === Kind.FRAGMENT_DEFINITION && used.has(definition.name.value)),
  );
  const text = redact(print(withoutValues({ kind: Kind.DOCUMENT, definitions })));
  return { hash: createHash('sha256').update(text).digest('hex'), normalized: beginningOf(text, longestKept) };
}

function withoutValues(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field: ({ alias, ...field }) => (alias === undefined ? undefined : field),
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
    StringValue: () => ({ kind: Kind.STRING, value: '' }),
    EnumValue: (node) => ({ ...node, value: '_' }),
    BooleanValue: (node) => ({ ...node, value: true }),
    ListValue: (node) => ({ ...node, values: [] }),
    ObjectValue: (node) => ({ ...node, fields: [] }),
  });
}

function usedFragments(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const fragments = new Map<string, DefinitionNode & { readonly selectionSet: SelectionSetNode }>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const used = new Set<string>();
  const pending: DefinitionNode[] = [operation];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    visit(next, {
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value);
        if (fragment === undefined || used.has(value)) return;
        used.add(value);
        pending.push(fragment);
      },
    });
  }
  return used;
}
