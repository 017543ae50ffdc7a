import { passed, refused, type Verdict } from '../../admission/verdict.ts';
import { checkArguments } from '../document/check-arguments.ts';
import type { Surface } from '../surface.ts';
import type { Candidate } from './candidate.ts';

/** The end of step 7: only after step 9, for what is wrong with an argument of a denied field the caller may not know. */
export async function judgeArguments(
  { operation, variables, context }: Candidate,
  { schema, argumentReader }: Surface,
): Promise<Verdict> {
  const execution = { schema, plan: operation.plan, variables: variables.coerced, context };
  const problems = await checkArguments(operation.argumentChecks, argumentReader, execution);
  return problems.length > 0 ? refused('INVALID', problems) : passed;
}
