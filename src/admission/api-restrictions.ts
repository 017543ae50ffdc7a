import { codedError } from '../kernel/errors.ts';
import type { OperationVerdict, RestrictedOperation } from '../restrictions/judge-operation.ts';
import { passed, refused, type Verdict } from './verdict.ts';

const mostNamed = 5;

/** Step 8: which operations the key is for. Only names that the operation itself contains are told. */
export function judgeApiRestrictions(verdict: OperationVerdict, { type }: RestrictedOperation): Verdict {
  if (verdict.kind === 'ALLOWED') return passed;
  return refused('BLOCKED', [codedError('API_KEY_SERVICE_BLOCKED', messageOf(verdict, type))]);
}

function messageOf(
  verdict: Exclude<OperationVerdict, { readonly kind: 'ALLOWED' }>,
  type: RestrictedOperation['type'],
): string {
  switch (verdict.kind) {
    case 'DOCUMENT_BLOCKED':
      return 'The key is for trusted documents only, and this is none of them, to the last space. An admin of the API can change its document ids.';
    case 'TYPE_BLOCKED':
      return `The key is not for operations of type ${type.toLowerCase()}. An admin of the API can change that.`;
    case 'ROOT_FIELDS_BLOCKED':
      return `The key is not for ${verdict.rootFields.slice(0, mostNamed).join(', ')}. An admin of the API can change its root fields.`;
  }
}
