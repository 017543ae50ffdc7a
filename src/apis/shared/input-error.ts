import type { StandardSchemaV1 } from '@pothos/plugin-validation';
import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';

/** The first thing that is wrong with the arguments, named by its path. It never repeats what the client sent. */
export function inputError(issues: readonly StandardSchemaV1.Issue[]): GraphQLError {
  const [issue] = issues;
  const path = issue?.path?.map((segment) => String(typeof segment === 'object' ? segment.key : segment)) ?? [];
  const where = path.length > 0 ? `"${path.join('.').slice(0, 100)}": ` : '';
  return codedError('BAD_USER_INPUT', `${where}${issue?.message ?? 'The arguments cannot be used.'}`, {
    argument: path,
  });
}
