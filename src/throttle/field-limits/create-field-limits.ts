import { createHash } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import type { GraphQLResolveInfo } from 'graphql';
import { getGraphQLRateLimiter, type Identity, Store } from 'graphql-rate-limit';
import { codedError } from '../../kernel/errors.ts';
import type { ThrottleStore } from '../throttle-store.ts';
import type { FieldLimit } from './field-limit.ts';

export interface FieldLimits {
  /**
   * A check to run before each call of the field, after it was authorized. Rejects with `FIELD_THROTTLED` and
   * `retryAfterMs` when this caller has called it too often; such a call is not counted.
   */
  limit(field: FieldLimit): FieldCheck;
}

/** `caller` is what calls are counted by: the id of the key. */
type FieldCheck = (caller: string, args: Readonly<Record<string, unknown>>, info: GraphQLResolveInfo) => Promise<void>;

/** One call on its way through the limiter, which knows no way to say when to come back. */
interface Call {
  readonly caller: string;
  readonly field: FieldLimit;
  retryAfterMs: number;
}

/**
 * Call limits of single fields: graphql-rate-limit's limiter, over an atomic store. The package reads timestamps, judges
 * and writes them back, which lets parallel calls through; so our store counts and judges in one step when it is asked,
 * answers with no timestamp (admitted) or one that never ends (refused) against a maximum of one, and has nothing to
 * write. See docs/adr/0002-field-call-limits.md.
 */
export function createFieldLimits({ store }: { readonly store: Pick<ThrottleStore, 'count'> }): FieldLimits {
  const calls = new Map<string, Call>();
  let lastCall = 0;

  const limiter = getGraphQLRateLimiter({
    identifyContext: (callId: string) => callId,
    store: new AtomicStore(async ({ contextIdentity, fieldIdentity }) => {
      const call = calls.get(contextIdentity);
      if (!call) throw new Error('The limiter asked for a call that it was not given');
      const id = `field:${call.caller}:${fieldIdentity}`;
      const { max, windowMs } = call.field;
      const answer = await store.count([{ id, partition: call.caller, max, windowMs }]);
      if (answer.kind === 'REFUSED') call.retryAfterMs = answer.retryAfterMs;
      return answer.kind === 'COUNTED' ? [] : [Number.POSITIVE_INFINITY];
    }),
  });

  return {
    limit: (field) => async (caller, args, info) => {
      const call: Call = { caller, field, retryAfterMs: 0 };
      const callId = `${++lastCall}`;
      calls.set(callId, call);
      try {
        const counted = Object.create(info, { fieldName: { value: identityOf(field, args) } });
        const refused = await limiter({ parent: undefined, args, context: callId, info: counted }, { max: 1 });
        if (refused !== undefined) throw tooOften(call, info);
      } finally {
        calls.delete(callId);
      }
    },
  };
}

/** The coordinate, since the package's own field name is the same for fields of different types, and a hash of the identity arguments. */
function identityOf({ coordinate, identityPaths }: FieldLimit, args: Readonly<Record<string, unknown>>): string {
  if (identityPaths.length === 0) return coordinate;
  const values = identityPaths.map((path) => path.reduce(property, args as unknown) ?? null);
  return `${coordinate}:${createHash('sha256').update(inspect(values, wholly)).digest('base64url')}`;
}

/** A scalar of the API may make anything of a value, such as what JSON cannot write or writes like something else. */
const wholly: InspectOptions = {
  depth: Number.POSITIVE_INFINITY,
  maxArrayLength: Number.POSITIVE_INFINITY,
  maxStringLength: Number.POSITIVE_INFINITY,
  breakLength: Number.POSITIVE_INFINITY,
  sorted: true,
};

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function tooOften({ field, retryAfterMs }: Call, info: GraphQLResolveInfo) {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const message = `${field.coordinate} can be called ${field.max} times in ${field.windowMs / 1000} s. Try again in ${seconds} s.`;
  return codedError('FIELD_THROTTLED', message, { retryAfterMs }, { nodes: info.fieldNodes });
}

class AtomicStore extends Store {
  readonly #decide: (identity: Identity) => Promise<readonly number[]>;

  constructor(decide: (identity: Identity) => Promise<readonly number[]>) {
    super();
    this.#decide = decide;
  }

  getForIdentity(identity: Identity): Promise<readonly number[]> {
    return this.#decide(identity);
  }

  setForIdentity(): void {}
}
