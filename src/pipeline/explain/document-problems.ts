import { setImmediate } from 'node:timers/promises';
import { type DocumentNode, GraphQLError, Kind, separateOperations } from 'graphql';
import type { ArgumentCharge } from '../../admission/explanation.ts';
import { codedError } from '../../kernel/errors.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import { withoutRootType } from '../denials/hide-mode.ts';
import { noOperationIn } from '../document/operation-method.ts';
import { type DocumentLimits, parsedDocument } from '../document/parse-document.ts';
import { firstProblem } from '../document/validate-document.ts';
import type { Surface } from '../surface.ts';

/** Of compiling, of all operations of all documents of one call: ten times what one operation may take. */
export const mostStepsOfCall = 100_000;
/** To find an operation's own part of a document is work as well, in characters of that part for a step. */
const charactersOfStep = 50;

/**
 * Of each document why it could never be executed, by anybody: it is no GraphQL, does not fit the schema as the lens shows
 * it, or an operation of it is too deep or too complex. Empty when it could. What an operation costs its variables decide.
 * Each document is validated once, however many operations it has; between them others have their turn.
 * @throws QUERY_TOO_COMPLEX when all of them together are too much
 */
export async function documentProblems(
  texts: readonly string[],
  surface: Surface,
  lens: CompiledPrivileges,
  limits: DocumentLimits,
  charge: ArgumentCharge,
): Promise<readonly (readonly GraphQLError[])[]> {
  await charge.bytes(texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0));
  let steps = 0;
  async function took(more: number): Promise<void> {
    steps += more;
    await charge.steps(more);
    if (steps <= mostStepsOfCall) return;
    const message = `The documents come to more than ${mostStepsOfCall} selections; register fewer operations at once.`;
    throw codedError('QUERY_TOO_COMPLEX', message);
  }
  const problems: (readonly GraphQLError[])[] = [];
  for (const text of texts) {
    problems.push(await problemsOf(text, surface, lens, limits, took));
    await setImmediate();
  }
  return problems;
}

async function problemsOf(
  text: string,
  surface: Surface,
  lens: CompiledPrivileges,
  limits: DocumentLimits,
  took: (steps: number) => Promise<void>,
): Promise<readonly GraphQLError[]> {
  const document = parsedDocument(text, limits);
  if (document instanceof GraphQLError) return [document];
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const nothing = noOperationIn(document);
  if (nothing) return [nothing];
  const view = surface.viewOf(lens);
  const unknown = surface.validateOnView(view, document);
  if (unknown.length > 0) return unknown;
  for (const operation of operations) {
    const rootless = withoutRootType(operation, view);
    if (rootless.length > 0) return rootless;
  }
  // A view may have lost defaults that the schema has: only both together say that the document can run.
  if (firstProblem(surface.schema, document).length > 0) {
    return [codedError('GRAPHQL_VALIDATION_FAILED', 'The document does not fit the schema.')];
  }
  const problems: GraphQLError[] = [];
  let sinceTurn = 0;
  // Each with the fragments that it reaches: what the others need is no work of its own.
  for (const [name, part] of Object.entries(separateOperations(document))) {
    const prepared = surface.prepare(part, name === '' ? undefined : name);
    if (prepared.kind === 'REFUSED') problems.push(prepared.error);
    const steps = prepared.steps + Math.ceil(charactersOf(part) / charactersOfStep);
    await took(steps);
    sinceTurn += steps;
    if (sinceTurn < stepsOfTurn) continue;
    sinceTurn = 0;
    await setImmediate();
  }
  return problems;
}

/** Between two turns of others: some milliseconds. */
const stepsOfTurn = 2_000;

function charactersOf({ definitions }: DocumentNode): number {
  return definitions.reduce((sum, { loc }) => sum + (loc ? loc.end - loc.start : 0), 0);
}
