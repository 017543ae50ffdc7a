import type { DocumentNode } from 'graphql';
import { passed, type Verdict } from '../../admission/verdict.ts';
import { noteThrottled } from '../denials/measure-mode.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import type { CandidateReading } from './reading.ts';
import { pointsForBytes, pointsForSteps, readingCharge } from './reading-charge.ts';

/** UTF-8. Ten mutations that end a key, with their notes; what is longer is never read for nothing. */
const longestUrgent = 20_000;

/** Before step 7: a long text that nobody sent before, and that was admitted, is paid before it is parsed. */
export async function chargeText(
  text: string,
  record: RequestRecord,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<Verdict> {
  const points = pointsForBytes(text);
  if (points === 0 || surface.documents.find(text)) return passed;
  const verdict = await take(points, record, caller, services);
  return Buffer.byteLength(text) > longestUrgent ? verdict : holdBack(verdict, record, surface);
}

/** Where operations can be urgent, only the document tells: a refusal waits for it, as one of the requests window does. */
function holdBack(verdict: Verdict, record: RequestRecord, { urgentMutations }: Surface): Verdict {
  if (verdict.kind === 'PASSED' || urgentMutations.size === 0) return verdict;
  record.heldBack ??= verdict;
  return passed;
}

/** Compiles the operation, once for the request, and charges what took more steps than an ordinary one. */
export async function compileCharged(
  { document, operationName }: { readonly document: DocumentNode; readonly operationName?: string | null | undefined },
  record: RequestRecord,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<Verdict> {
  if (record.prepared) return passed;
  const prepared = services.watch.step('plan', () => surface.prepare(document, operationName ?? undefined));
  record.prepared = prepared;
  const points = pointsForSteps(prepared.steps);
  return points === 0 ? passed : holdBack(await take(points, record, caller, services), record, surface);
}

/** What becomes of the charge, and of what was compiled, as the operation is admitted. */
export function readingOf(
  document: DocumentNode,
  record: RequestRecord,
  caller: Caller,
  { documents }: Surface,
  services: PipelineServices,
): CandidateReading {
  const { prepared } = record;
  let paidSteps = prepared?.steps ?? 0;
  return {
    async took(steps) {
      const before = pointsForSteps(paidSteps);
      paidSteps += steps;
      const points = pointsForSteps(paidSteps) - before;
      return points === 0 ? passed : take(points, record, caller, services);
    },
    async affordable(price) {
      if (prepared?.kind === 'PREPARED') documents.keep(document, prepared.operation);
      await record.reading?.giveBack(Math.max(0, pointsForSteps(paidSteps) - price));
    },
    async unused() {
      await record.reading?.takeAgain();
    },
  };
}

/** With `enforcement.throttle: MEASURE` it is taken as far as it is there, and noted where it is not. */
async function take(
  points: number,
  record: RequestRecord,
  caller: Caller,
  services: PipelineServices,
): Promise<Verdict> {
  record.reading ??= readingCharge(caller, services);
  const verdict = await record.reading.take(points);
  if (verdict.kind === 'PASSED' || caller.key.enforcement?.throttle !== 'MEASURE') return verdict;
  noteThrottled(record, verdict);
  return passed;
}
