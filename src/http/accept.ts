import Negotiator from 'negotiator';

/** Every media type that an operation is answered in, the one that the server prefers first. */
export const answerTypes = ['application/json', 'application/graphql-response+json', 'text/event-stream'] as const;

export type AnswerType = (typeof answerTypes)[number];

const stream: AnswerType = 'text/event-stream';
const page = 'text/html';
/** In the order that the server prefers. */
const everyType = [...answerTypes, page] as const;
const jsonTypes = ['application/json', 'application/graphql-response+json'] as const;

/** What `Accept` allows of an answer to an operation. */
export interface AcceptedAnswer {
  /**
   * The one that the client likes best; of those that it likes equally, the one that it names more exactly, then JSON before a
   * stream, which is for what has more than one answer, then the one that it names first.
   */
  readonly preferred: AnswerType;
  /** A subscription is answered as Server-Sent Events, or not at all. */
  readonly eventStream: boolean;
}

/** All that `Accept` decides. It is read once, when a request arrives, and carried along. */
export interface Accepted {
  /** `undefined`: no type of an answer to an operation is accepted. */
  readonly answer: AcceptedAnswer | undefined;
  /** Somebody asks for a page to look at: a browser's navigation likes `text/html` best. */
  readonly prefersPage: boolean;
  /** The JSON type for an answer that is JSON whatever the client asked for. */
  readonly jsonType: (typeof jsonTypes)[number];
}

/**
 * The one reader of `Accept` (RFC 9110 §12.4.2, §12.5.1): names in any case, `q` in its order and 0 for "never", a more
 * exact range before a wider one. A header that is absent or names nothing leaves the choice to the server; members that are
 * no media range are passed over, and when nothing else stands there, nothing is accepted.
 */
export function readAccept(accept: string | null): Accepted {
  const types = accepted(accept, everyType);
  return {
    answer: answerOf(
      accept,
      types.filter((type) => type !== page),
    ),
    prefersPage: types[0] === page,
    jsonType: types.find((type) => type === jsonTypes[0] || type === jsonTypes[1]) ?? jsonTypes[0],
  };
}

function answerOf(accept: string | null, types: readonly AnswerType[]): AcceptedAnswer | undefined {
  const [first] = types;
  if (first === undefined) return undefined;
  if (first !== stream) return { preferred: first, eventStream: types.includes(stream) };
  // Named before JSON, and liked no better: it is then no longer the first in a header that is turned round.
  const [turned = stream] = accepted(
    readMembers(accept ?? '')
      .split(',')
      .reverse()
      .join(','),
    answerTypes,
  );
  return {
    preferred: turned === stream ? stream : (types.find((type) => type !== stream) ?? stream),
    eventStream: true,
  };
}

/**
 * Of one header. Browsers send 200 characters and 8 members; the time to read them grows with both, and nobody has shown a
 * key yet. What comes after is not read, as if it were not there.
 */
const longestRead = 1000;
const mostRead = 32;

/** A media range as RFC 9110 §12.5.1 has it (a wildcard of all types has subtypes none else), with a well-formed weight if any. */
const range = /^[ \t]*(?:\*\/\*|[!#$%&'*+.^_`|~0-9a-z-]+\/(?:\*|[!#$%&'*+.^_`|~0-9a-z-]+))[ \t]*(?:;|$)/i;
const anySubtype = /^[ \t]*\*\/(?!\*)/;
const weight = /;[ \t]*q[ \t]*=[ \t]*([^;]*?)[ \t]*(?=;|$)/i;
const wellWeighed = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The members that are media ranges, as far as they are read. */
function readMembers(accept: string): string {
  const whole = accept.length <= longestRead ? accept : accept.slice(0, accept.lastIndexOf(',', longestRead) + 1);
  return whole
    .split(',', mostRead)
    .filter((member) => range.test(member) && !anySubtype.test(member))
    .filter((member) => wellWeighed.test(weight.exec(member)?.[1] ?? '1'))
    .join(',');
}

/** Those types that are accepted, the best one first. All of ours are UTF-8, which a range may say. */
function accepted<Type extends string>(accept: string | null, types: readonly Type[]): readonly Type[] {
  if (accept === null || /^[\s,]*$/.test(accept)) return types;
  const members = readMembers(accept);
  if (members === '') return [];
  const spelled = new Map(types.flatMap((type) => charsets.map((charset) => [`${type};charset=${charset}`, type])));
  const found = new Negotiator({ headers: { accept: members } }).mediaTypes([...spelled.keys()]);
  return [...new Set(found.flatMap((text) => spelled.get(text) ?? []))];
}

/** The name of UTF-8 (IANA), and how people write it. */
const charsets = ['utf-8', 'utf8'];
