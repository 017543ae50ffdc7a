import type { ArgumentCharge } from '../../admission/explanation.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import { pointsForSize, pointsForSteps } from './reading-charge.ts';
import { reservedPoints } from './reserved-points.ts';

/**
 * Charges documents that are arguments as the document of a request is charged: all bytes and all steps of one request
 * together, beyond those that are free, beside the price of the operation that looks at them. Nothing comes back, since
 * nothing of them runs. One after the other: of two that ask at once the later one knows what the earlier one took.
 */
export function argumentCharge(
  record: Pick<RequestRecord, 'argumentPoints'>,
  caller: Caller,
  services: PipelineServices,
): ArgumentCharge {
  let bytes = 0;
  let steps = 0;
  let paid = 0;
  let before: Promise<unknown> = Promise.resolve();

  async function pay(): Promise<void> {
    const due = pointsForSize(bytes) + pointsForSteps(steps) - paid;
    if (due <= 0) return;
    const reserved = reservedPoints(caller, services, true);
    const verdict = await reserved.add(due);
    if (verdict.kind === 'REFUSED') throw verdict.errors[0];
    paid += due;
    record.argumentPoints += due;
    await reserved.settle(due);
  }

  function inTurn(): Promise<void> {
    const turn = before.then(pay, pay);
    before = turn.catch(() => {});
    return turn;
  }

  return {
    bytes(more) {
      bytes += more;
      return inTurn();
    },
    steps(more) {
      steps += more;
      return inTurn();
    },
  };
}
