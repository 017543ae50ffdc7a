import { type Denial, forbiddenErrors } from '../privileges/demands.ts';
import { passed, refused, type Verdict } from './verdict.ts';

/** Step 9: one error for each coordinate that is missing. Nothing of the operation runs. */
export function judgePrivileges(denials: readonly Denial[]): Verdict {
  return denials.length === 0 ? passed : refused('FORBIDDEN', forbiddenErrors(denials));
}
