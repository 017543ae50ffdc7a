import { GraphQLError } from 'graphql';
import { type Refusal, refused, retryAfter } from '../../admission/verdict.ts';
import { codeOf } from '../../kernel/errors.ts';

/** What the throttle store answers; a refusal when it is down and `THROTTLE_ON_STORE_FAILURE` is `closed`. */
export async function unlessUnavailable<Answer>(
  work: Promise<Answer>,
): Promise<{ readonly kind: 'ANSWERED'; readonly answer: Answer } | Refusal> {
  try {
    return { kind: 'ANSWERED', answer: await work };
  } catch (error) {
    if (error instanceof GraphQLError && codeOf(error) === 'RATE_LIMITER_UNAVAILABLE') {
      return refused('UNAVAILABLE', [error], retryAfter(1000));
    }
    throw error;
  }
}
