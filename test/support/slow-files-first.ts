import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The longest: begun last, one of them would keep one worker busy while the other has nothing left to do. Those that
 * start processes stand beside those that do not.
 */
const slow = [
  'journeys/refusals.test.ts',
  'journeys/walk.test.ts',
  'journeys/start.test.ts',
  'privileges/gate-and-view.property.test.ts',
  'cost/actual-never-above-requested.property.test.ts',
  'explorer/explorer.browser.test.ts',
  'db/open-database.test.ts',
  'commands/start.test.ts',
  'hostile/refused-documents.test.ts',
  'journeys/naughty-strings.test.ts',
  'pipeline/cost-throttle.test.ts',
  'journeys/explorer.test.ts',
  'throttle/stores/postgres-store.test.ts',
];

/** Vitest goes by the size of a file when it does not know how long it took, which says little. */
export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((left, right) => rank(left) - rank(right));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const found = slow.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return found === -1 ? slow.length : found;
}
