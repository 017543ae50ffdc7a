import { type ExecutionResult, GraphQLError, isNonNullType } from 'graphql';
import { jsonSize } from '../../kernel/json-size.ts';
import type { DocumentPlan, FieldPlan } from '../../plan/document-plan.ts';
import { type AnswerMeter, tooLarge } from '../execute/fields/answer-meter.ts';

/** What is known of an answer whose size is to be judged. */
export interface AnswerToFit {
  /** What ran, as it was asked for. */
  readonly plan: DocumentPlan;
  readonly meter: AnswerMeter;
  /** Everything in `data` was counted while it was made: nothing of it was put in later. */
  readonly isCounted: boolean;
  readonly maximumBytes: number;
  /** The whole answer, with all that will stand in `extensions`. */
  whole(result: ExecutionResult): ExecutionResult;
}

export type FittedAnswer =
  | { readonly kind: 'FITS'; readonly result: ExecutionResult }
  /** Of a query: nothing of it is answered. */
  | { readonly kind: 'TOO_LARGE'; readonly error: GraphQLError };

/**
 * Keeps an answer within `MAX_RESPONSE_BYTES`, by the bytes of its body. A query that is larger is refused. What a
 * mutation did stays done, so it is said: the fields that do not fit are null, from the largest on, each with an error
 * that tells whether it ran. See docs/adr/0013-answers-that-are-too-large.md.
 */
export function fitAnswer(result: ExecutionResult, answer: AnswerToFit): FittedAnswer {
  const { meter, plan, maximumBytes } = answer;
  if (plan.operation.operation !== 'mutation') {
    const fits = !meter.isFull && fitsWhole(result, answer);
    return fits ? { kind: 'FITS', result } : { kind: 'TOO_LARGE', error: tooLarge(maximumBytes) };
  }
  if (!meter.isFull) {
    const given = withTexts(result, answer);
    if (fitsWhole(given, answer)) return { kind: 'FITS', result: given };
  }
  const dropped = new Set(meter.stopped);
  const left = bySize(result, dropped);
  for (;;) {
    const fitted = withoutFields(result, dropped, answer);
    const excess = wholeSize(fitted, answer, Number.MAX_SAFE_INTEGER) - maximumBytes;
    if (excess <= 0) return { kind: 'FITS', result: fitted };
    if (left.length === 0) return { kind: 'FITS', result: onlyThatItRan(answer) };
    // What says that they were left out takes room as well: so these are too few at times, and never too many.
    for (let gained = 0; gained < excess; ) {
      const next = left.pop();
      if (next === undefined) break;
      dropped.add(next.key);
      gained += next.gain;
    }
  }
}

/** An error that stands for everything that was left out, often. */
export function isOverflow(error: GraphQLError): boolean {
  return error.extensions['code'] === 'RESPONSE_TOO_LARGE';
}

/** Characters of JSON become at most so many times the bytes that the meter counted for them. */
const mostPerCounted = 12;

function fitsWhole(result: ExecutionResult, answer: AnswerToFit): boolean {
  return wholeSize(result, answer, answer.maximumBytes) <= answer.maximumBytes;
}

/** Bytes of the body; something more than `most` where it is more, and an estimate from above where that is enough. */
function wholeSize(result: ExecutionResult, { meter, isCounted, whole }: AnswerToFit, most: number): number {
  const { data, errors, extensions = {} } = whole(result);
  const { http: _, ...shown } = extensions;
  const rest = {
    ...(errors && { errors: errors.map(sentError) }),
    ...(Object.keys(shown).length > 0 && { extensions: shown }),
  };
  const ofRest = jsonSize(rest, most);
  if (data === undefined) return ofRest;
  // `{"data":` and a comma, where there is more.
  const around = ofRest + '"data":'.length + (ofRest > 2 ? 1 : 0);
  const atMost = meter.bytes * mostPerCounted + around;
  return isCounted && atMost <= most ? atMost : around + jsonSize(data, most);
}

function sentError(error: GraphQLError): object {
  const { extensions = {}, ...shown } = error.toJSON();
  const { http: _, ...others } = extensions;
  return { ...shown, ...(Object.keys(others).length > 0 && { extensions: others }) };
}

function rootFields({ root }: DocumentPlan): readonly FieldPlan[] {
  return root.byType[0]?.fields ?? [];
}

function withoutFields(result: ExecutionResult, dropped: ReadonlySet<string>, answer: AnswerToFit): ExecutionResult {
  const { plan, meter, maximumBytes } = answer;
  const before = result.data;
  // A field that may not be null took the answers of the others with it: they are lost as well.
  const lost = before ? dropped : new Set([...meter.begun, ...dropped]);
  const fields = rootFields(plan);
  const data: Record<string, unknown> = Object.create(null);
  for (const field of fields) {
    const { responseKey } = field;
    if (lost.has(responseKey)) data[responseKey] = shownOnce(field, meter) ?? null;
    else if (before && Object.hasOwn(before, responseKey)) data[responseKey] = before[responseKey];
  }
  const bubbles = fields.some(
    (field) => data[field.responseKey] === null && field.kind === 'FIELD' && isNonNullType(field.field.type),
  );
  const isNull = bubbles && meter.kept.size === 0;
  const told = fields.filter(
    ({ responseKey }) => (isNull ? meter.begun : lost).has(responseKey) || dropped.has(responseKey),
  );
  const errors = [
    ...(result.errors ?? []).filter(({ path }) => !told.some(({ responseKey }) => responseKey === path?.[0])),
    ...told.map((field) => located(field, tooLarge(maximumBytes, { executed: meter.begun.has(field.responseKey) }))),
  ];
  return { ...result, data: isNull ? null : data, errors };
}

function located({ node, responseKey }: FieldPlan, { message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes: node, path: [responseKey], extensions });
}

/**
 * The members of a payload that nobody can read again (the text of a key), before the others, which are null, whatever
 * their types say: to lose a key is worse.
 */
function shownOnce(field: FieldPlan, { kept }: AnswerMeter): object | undefined {
  const texts = kept.get(field.responseKey);
  if (!texts || field.kind !== 'FIELD') return undefined;
  const payload: Record<string, unknown> = Object.create(null);
  for (const [key, text] of texts) payload[key] = text;
  for (const { responseKey } of field.selection?.byType[0]?.fields ?? []) {
    if (!texts.has(responseKey)) payload[responseKey] = null;
  }
  return payload;
}

/**
 * A field that fails and may not be null takes the others with it, though they ran (GraphQL spec §6.4.4), and so does one
 * that takes too long. Where one of them answered what nobody can read again, that stays, and it is said of each other one
 * that it ran.
 */
export function withTexts(
  result: ExecutionResult,
  { plan, meter }: Pick<AnswerToFit, 'plan' | 'meter'>,
): ExecutionResult {
  const { data: before, errors: causes = [] } = result;
  const fields = rootFields(plan);
  const isLost = ({ responseKey }: FieldPlan) => (before ? before[responseKey] === null : meter.begun.has(responseKey));
  const lost = fields.filter(isLost);
  if (!lost.some(({ responseKey }) => meter.kept.has(responseKey))) return result;
  const data: Record<string, unknown> = Object.create(null);
  for (const field of fields) {
    const { responseKey } = field;
    if (lost.includes(field)) data[responseKey] = shownOnce(field, meter) ?? null;
    else if (before && Object.hasOwn(before, responseKey)) data[responseKey] = before[responseKey];
  }
  // What befell all of it has no place of its own, and stands at each field that it befell.
  const placed = causes.filter(({ path }) => path !== undefined);
  const untold = lost.filter(({ responseKey }) => !placed.some(({ path }) => path?.[0] === responseKey));
  return { ...result, data, errors: [...placed, ...untold.map((field) => located(field, takenAway(causes[0])))] };
}

/** With the code of the error that took its answer away. */
function takenAway(cause: GraphQLError | undefined): GraphQLError {
  const code = cause?.extensions['code'] ?? 'INTERNAL_SERVER_ERROR';
  const message =
    cause && !cause.path
      ? `${cause.message} This field had begun: of its answer there is only what can be read only once.`
      : 'This field ran. Another one failed, and took its answer away but for what can be read only once.';
  return new GraphQLError(message, { extensions: { code, executed: true } });
}

interface MeasuredField {
  readonly key: string;
  /** Bytes of its value. */
  readonly size: number;
  /** Bytes that leaving it out saves at most: its value and the errors below it. */
  readonly gain: number;
}

/** What can be left out still, each measured once, as there may be thousands; the largest last. */
function bySize({ data, errors = [] }: ExecutionResult, dropped: ReadonlySet<string>): MeasuredField[] {
  const ofErrors = new Map<string | number | undefined, number>();
  for (const error of errors) {
    const [key] = error.path ?? [];
    const size = jsonSize(sentError(error), Number.MAX_SAFE_INTEGER) + 1;
    ofErrors.set(key, (ofErrors.get(key) ?? 0) + size);
  }
  return Object.entries(data ?? {})
    .filter(([key]) => !dropped.has(key))
    .map(([key, value]) => {
      const size = jsonSize(value, Number.MAX_SAFE_INTEGER);
      return { key, size, gain: size + (ofErrors.get(key) ?? 0) };
    })
    .reverse()
    .sort((one, other) => one.size - other.size);
}

/** There is no room for what each field did. */
function onlyThatItRan({ plan, meter, maximumBytes }: AnswerToFit): ExecutionResult {
  const [field] = rootFields(plan).filter(({ responseKey }) => meter.begun.has(responseKey));
  const error = tooLarge(maximumBytes, { executed: field !== undefined });
  return { data: null, errors: [field ? located(field, error) : error] };
}
