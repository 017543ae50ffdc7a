import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { ArgumentCharge, AskedOperation } from '../../admission/explanation.ts';
import { type Refusal, refused } from '../../admission/verdict.ts';
import { codedError } from '../../kernel/errors.ts';
import type { CompiledPrivileges } from '../../privileges/compile-privileges.ts';
import { problemsOnView } from '../denials/hide-mode.ts';
import { type DocumentLimits, parsedDocument } from '../document/parse-document.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import { firstProblem, type ViewValidation } from '../document/validate-document.ts';
import type { Surface } from '../surface.ts';

export type ReadDocument =
  | { readonly kind: 'READ'; readonly operation: PreparedOperation; readonly document: DocumentNode }
  | Refusal;

/** Reads documents of one surface that one request asks about. */
export interface DocumentReader {
  /** The surface as this request reads with it: what it has validated it does not validate again. */
  readonly surface: Surface;
  /** Step 7 without variables: parsed, valid on the lens and on the schema, and compiled. */
  read(asked: AskedOperation, lens: CompiledPrivileges): Promise<ReadDocument>;
}

/** Fields of one request ask about the same document, under many aliases; whoever asks about many pays for each. */
const mostRemembered = 4;

export function documentReader(whole: Surface, limits: DocumentLimits, charge: ArgumentCharge): DocumentReader {
  const surface = { ...whole, validateOnView: validatedOnce(whole.validateOnView) };
  const known = new Map<string, Promise<ReadDocument>>();

  async function read(
    { document: text, operationName }: AskedOperation,
    lens: CompiledPrivileges,
  ): Promise<ReadDocument> {
    await charge.bytes(Buffer.byteLength(text));
    const document = parsedDocument(text, limits);
    if (document instanceof GraphQLError) return refused('INVALID', [document]);
    const unknown = problemsOnView({ document, operationName }, surface.viewOf(lens), surface);
    if (unknown.length > 0) return refused('INVALID', unknown);
    // A view may have lost defaults that the schema has: only both together say that the document can run.
    const problems = firstProblem(surface.schema, document);
    if (problems.length > 0) {
      const message = 'The document does not fit the schema.';
      return refused('INVALID', [codedError('GRAPHQL_VALIDATION_FAILED', message)]);
    }
    const prepared = surface.prepare(document, operationName);
    await charge.steps(prepared.steps);
    if (prepared.kind === 'REFUSED') return refused('INVALID', [prepared.error]);
    return { kind: 'READ', operation: prepared.operation, document };
  }

  return {
    surface,
    read(asked, lens) {
      const name = JSON.stringify([asked.operationName ?? null, asked.document]);
      const before = known.get(name);
      if (before) return before;
      const reading = read(asked, lens);
      const [oldest] = known.keys();
      if (known.size >= mostRemembered && oldest !== undefined) known.delete(oldest);
      known.set(name, reading);
      return reading;
    },
  };
}

function validatedOnce(validate: ViewValidation): ViewValidation {
  const byDocument = new WeakMap<DocumentNode, WeakMap<GraphQLSchema, readonly GraphQLError[]>>();
  return (view, document) => {
    const onViews = byDocument.get(document) ?? new WeakMap<GraphQLSchema, readonly GraphQLError[]>();
    byDocument.set(document, onViews);
    const known = onViews.get(view) ?? validate(view, document);
    onViews.set(view, known);
    return known;
  };
}
