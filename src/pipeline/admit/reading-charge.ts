import { passed, type Verdict } from '../../admission/verdict.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { ReadingCharge } from './reading.ts';
import { reservedPoints } from './reserved-points.ts';

const freeBytes = 4_000;
const bytesOfPoint = 1_000;
const freeSteps = 2_000;
const stepsOfPoint = 1_000;

/** UTF-8. A point for each started thousand of a document that is longer than four thousand. */
export function pointsForBytes(text: string): number {
  // A character takes three bytes at most, of those that JavaScript counts.
  return text.length <= freeBytes / 3 ? 0 : pointsForSize(Buffer.byteLength(text));
}

/** The same of so many bytes. */
export function pointsForSize(bytes: number): number {
  return bytes <= freeBytes ? 0 : Math.ceil(bytes / bytesOfPoint);
}

/** A point for each started thousand beyond the first two. */
export function pointsForSteps(steps: number): number {
  return Math.ceil(Math.max(0, steps - freeSteps) / stepsOfPoint);
}

export function readingCharge(caller: Caller, services: PipelineServices): ReadingCharge {
  const reserved = reservedPoints(caller, services);
  let points = 0;
  let kept = 0;

  async function reserve(wanted: number): Promise<Verdict> {
    const verdict = await reserved.add(wanted);
    if (verdict.kind === 'PASSED') points = kept + reserved.points;
    return verdict;
  }

  return {
    take: async (more) => (more === 0 ? passed : reserve(more)),
    async giveBack(but) {
      kept = Math.min(but, reserved.points);
      await reserved.settle(kept);
    },
    async takeAgain() {
      if (reserved.points === 0 && points > kept) await reserve(points - kept);
    },
    end() {
      kept += reserved.points;
      if (reserved.points > 0) void reserved.settle(reserved.points);
      return kept;
    },
  };
}
