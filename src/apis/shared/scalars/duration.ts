import { GraphQLScalarType, Kind } from 'graphql';
import { formatIsoDuration, parseIsoDuration } from '../../../kernel/duration.ts';
import { codedError } from '../../../kernel/errors.ts';

/** Milliseconds inside, ISO 8601 outside; see `kernel/duration.ts` for the parts that are accepted. */
export const durationScalar = new GraphQLScalarType<number, string>({
  name: 'Duration',
  description: 'A length of time, as ISO 8601 writes it, in weeks, days, hours, minutes and seconds: `P90D`, `PT24H`.',
  serialize: (value) => {
    if (typeof value !== 'number') throw new TypeError('Duration: milliseconds expected');
    return formatIsoDuration(value);
  },
  parseValue: (value) => parseDuration(value),
  parseLiteral: (node) => parseDuration(node.kind === Kind.STRING ? node.value : undefined),
});

function parseDuration(value: unknown): number {
  const duration = typeof value === 'string' ? parseIsoDuration(value) : undefined;
  if (duration === undefined || !Number.isSafeInteger(duration)) {
    throw codedError(
      'BAD_USER_INPUT',
      'Duration must be an ISO 8601 duration without months and years, such as P90D or PT24H.',
    );
  }
  return duration;
}
