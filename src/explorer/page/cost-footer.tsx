import { type CostReport, points } from './cost-report.ts';

export interface CostFooterProps {
  readonly report: CostReport | undefined;
  readonly durationMs: number | undefined;
}

/** What the last operation cost, and what is left. */
export function CostFooter({ report, durationMs }: CostFooterProps) {
  return (
    <div className="cost" role="status" aria-label="Cost and budget">
      {report ? <Report {...report} /> : <span>Run an operation to see what it costs and what is left.</span>}
      {durationMs ? <span className="cost-duration">{durationMs} ms</span> : null}
    </div>
  );
}

function Report({ requested, actual, budget, refusal }: CostReport) {
  return (
    <>
      {refusal && <strong className="cost-refusal">{refusal}</strong>}
      {actual !== undefined ? (
        <span>
          Cost <b>{points(actual)}</b>
          {requested !== undefined && requested !== actual && <> of {whole(requested)} reserved</>}
        </span>
      ) : (
        requested !== undefined && (
          <span>
            Would cost <b>{points(requested)}</b>
          </span>
        )
      )}
      {budget ? (
        <span className="cost-budget">
          <meter min={0} max={budget.maximum} value={budget.available} aria-label="Budget left" />
          <span>
            <b>{whole(budget.available)}</b> of {whole(budget.maximum)} left
            {budget.restoreRate > 0 && <>, +{whole(budget.restoreRate)} a second</>}
          </span>
        </span>
      ) : (
        actual === undefined && !refusal && <span>No cost reported.</span>
      )}
    </>
  );
}

/** Rounded down: a budget never looks larger than it is. */
function whole(amount: number): string {
  return Math.floor(amount).toLocaleString('en');
}
