import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyRecord, Enforcement } from '../../keys/api-key.ts';
import { parseRules } from './privileges.ts';

export function measures(enforcement: Enforcement | null | undefined): boolean {
  return enforcement?.privileges === 'MEASURE' || enforcement?.throttle === 'MEASURE';
}

/**
 * A key whose refusals are only noted can read whatever is not explicit: so it is made, and kept, by those alone who may
 * hand out everything. True when it measures and this issuer may not.
 */
export function measuresBeyond(issuer: ApiKeyRecord, enforcement: Enforcement | null | undefined): boolean {
  if (!measures(enforcement)) return false;
  const { privileges } = parseRules(issuer.grantable ?? []);
  const mayGiveAll = privileges.some(({ isLoneStar, denies }) => isLoneStar && !denies);
  return !mayGiveAll || privileges.some(({ denies }) => denies);
}

export function measuringRefused(): GraphQLError {
  return codedError(
    'PRIVILEGE_ESCALATION',
    'A key with enforcement MEASURE may do what its privileges refuse. Making or changing one needs the rule * in the grantable rules of the calling key, and no ! rule there.',
    { rules: [] },
  );
}
