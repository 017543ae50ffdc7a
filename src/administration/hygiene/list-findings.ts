import type { Database } from '../../db/database.ts';
import { type FindingPlace, type FindingSelection, findFindings } from './find-findings.ts';
import type { HygieneFinding } from './finding.ts';

/** Statements for one page, so that its price is bounded however few keys have a finding. */
const mostWindows = 4;
/** Statements for counting. */
const mostCountedWindows = 20;
const largestCount = 1000;

export interface FindingPage {
  readonly findings: readonly HygieneFinding[];
  /** Where the next page begins; `undefined`: this is the last. A page may be short, or empty, and not the last. */
  readonly next: FindingPlace | undefined;
}

/** Findings by the ids of their keys: the first `size` behind a place. */
export async function listFindings(
  database: Database,
  selection: FindingSelection,
  after: FindingPlace | undefined,
  size: number,
): Promise<FindingPage> {
  const findings: HygieneFinding[] = [];
  let next = after;
  for (let looked = 0; looked < mostWindows && findings.length < size; looked++) {
    const page = await findFindings(database, selection, next, size - findings.length);
    findings.push(...page.findings);
    next = page.next;
    if (next === undefined) break;
  }
  return { findings, next };
}

/** Of all pages, as far as it looks: at the first ten thousand keys that may have a finding. */
export async function countFindings(database: Database, selection: FindingSelection): Promise<number> {
  let count = 0;
  let next: FindingPlace | undefined;
  for (let looked = 0; looked < mostCountedWindows; looked++) {
    const page = await findFindings(database, selection, next, largestCount);
    count += page.findings.length;
    next = page.next;
    if (next === undefined) break;
  }
  return count;
}
