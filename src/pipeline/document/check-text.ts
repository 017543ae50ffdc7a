import { type ASTNode, type DocumentNode, Kind, visit } from 'graphql';

/** Variables nested deeper than this serve nobody and would exhaust the stack of whoever walks them. */
const deepestVariables = 64;

/**
 * What no database and no log can hold, and no API means: NUL characters, lone surrogates (PostgreSQL refuses the
 * first with 22021 and changes the second silently), numbers that are not finite. `undefined` when there is none.
 */
export function badVariable(variables: unknown): string | undefined {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value: variables, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') {
      const problem = badText(value);
      if (problem) return `A variable ${problem}.`;
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return 'A variable holds a number that is too large.';
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= deepestVariables) return `Variables may nest ${deepestVariables} levels deep at most.`;
      for (const inner of Object.values(value)) pending.push({ value: inner, depth: depth + 1 });
    }
  }
  return undefined;
}

export interface BadLiteral {
  readonly message: string;
  readonly node: ASTNode;
}

/** The same for the literals of a document, the first that is bad; its answer can be cached with the document. */
export function badLiteral(document: DocumentNode): BadLiteral | undefined {
  let problem: BadLiteral | undefined;
  visit(document, {
    enter(node) {
      if (problem !== undefined) return false;
      if (node.kind === Kind.STRING) {
        const bad = badText(node.value);
        if (bad) problem = { message: `A string in the document ${bad}.`, node };
      } else if (node.kind === Kind.FLOAT || node.kind === Kind.INT) {
        if (!Number.isFinite(Number(node.value))) problem = { message: 'A number in the document is too large.', node };
      }
      return undefined;
    },
  });
  return problem;
}

function badText(text: string): string | undefined {
  if (text.includes('\u0000')) return 'holds a NUL character';
  return text.isWellFormed() ? undefined : 'holds half a surrogate pair, which is no character';
}
