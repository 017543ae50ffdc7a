import { codedError } from '../kernel/errors.ts';
import type { OperationVerdict, RestrictedOperation } from '../restrictions/judge-operation.ts';
import { passed, refused, type Verdict } from './verdict.ts';

const mostNamed = 5;

/** Step 8: which operations the key is for. Only names that the operation itself contains are told. */
export function judgeApiRestrictions(verdict: OperationVerdict, { type }: RestrictedOperation): Verdict {
  if (verdict.kind === 'ALLOWED') return passed;
  const message =
    verdict.kind === 'TYPE_BLOCKED'
      ? `The key is not for operations of type ${type.toLowerCase()}. An admin of the API can change that.`
      : `The key is not for ${verdict.rootFields.slice(0, mostNamed).join(', ')}. An admin of the API can change its root fields.`;
  return refused('BLOCKED', [codedError('API_KEY_SERVICE_BLOCKED', message)]);
}
