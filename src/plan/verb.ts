/** What a privilege allows on a coordinate. The verbs are independent: none implies another. */
export type Verb = 'read' | 'write' | 'update';

/** In bit order: a coordinate's bit for a verb is `coordinate.id * 3 + verbs.indexOf(verb)`. */
export const verbs = ['read', 'write', 'update'] as const satisfies readonly Verb[];
