import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { Denial } from './check-demands.ts';

const maxErrors = 20;

/** One `FORBIDDEN` for each denial, at the field or input field that needs the privilege, at most 20; the last of those says in `more` how many are not shown. */
export function forbiddenErrors(denials: readonly Denial[]): readonly GraphQLError[] {
  const more = denials.length - maxErrors;
  return denials.slice(0, maxErrors).map(({ coordinate, verb, rule, field, node }, index) =>
    codedError(
      'FORBIDDEN',
      `Forbidden: this key may not ${verb} ${coordinate}. It needs the privilege ${rule}.`,
      {
        coordinate,
        privilege: verb.toUpperCase(),
        required: [rule],
        ...(more > 0 && index === maxErrors - 1 ? { more } : {}),
      },
      { nodes: node ?? field?.node ?? null },
    ),
  );
}
