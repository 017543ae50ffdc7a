import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asDataDirectoryError, codeOf } from '../kernel/data-directory-error.ts';
import { makePrivateFolder } from '../kernel/private-folder.ts';
import { StartError } from '../kernel/start-error.ts';
import { ownIdentity, type ProcessIdentity, type ProcessState, stateOf } from './process-identity.ts';

export interface DataDirectoryLock {
  release(): void;
}

/**
 * Makes this process the only one that uses the folder, and its user the only one that may look into it, or throws a `StartError` that names the one that does. The
 * embedded database takes no lock of its own: two processes at once lose what either acknowledged.
 *
 * The lock is the file `lock.<n>` with the highest number, and who may take it makes the next: only one of several
 * starters can create that file. It is there with its whole content at once, and never removed before a higher one is
 * there, so a number that could be made a second time is always seen to be too low afterwards.
 * A process that dies leaves a file whose owner is seen to be dead.
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  return asDataDirectoryError(directory, () => {
    makePrivateFolder(directory);
    const number = takeNext(directory);
    for (const lower of lockNumbers(directory)) if (lower < number) rmSync(lockPath(directory, lower), { force: true });
    return { release: () => markReleased(directory, number) };
  });
}

interface LockContent {
  readonly owner: ProcessIdentity;
  readonly released?: boolean;
}

function takeNext(directory: string): number {
  for (;;) {
    const highest = lockNumbers(directory).at(-1) ?? 0;
    if (highest > 0) refuseUnlessFree(lockPath(directory, highest));
    if (!create(directory, highest + 1)) continue;
    if (lockNumbers(directory).at(-1) === highest + 1) return highest + 1;
    rmSync(lockPath(directory, highest + 1), { force: true });
  }
}

function refuseUnlessFree(path: string): void {
  const { owner, state } = readOwner(path);
  if (state === 'DEAD') return;
  if (state === 'ALIVE') {
    throw new StartError(
      `Another Fieldpass process (pid ${owner?.pid}) is using this DATA_DIR (${path}): end it, or set DATA_DIR to another folder`,
    );
  }
  const who = owner ? `process ${owner.pid} of another machine or container` : 'a process that left no name';
  throw new StartError(`DATA_DIR is locked by ${who}: when it certainly no longer runs, delete ${path}`);
}

function readOwner(path: string): { owner: ProcessIdentity | undefined; state: ProcessState } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // Removed since it was listed, because there is a higher one.
    if (codeOf(error) === 'ENOENT') return { owner: undefined, state: 'DEAD' };
    throw error;
  }
  try {
    const { owner, released } = JSON.parse(text) as LockContent;
    return { owner, state: released ? 'DEAD' : stateOf(owner) };
  } catch {
    return { owner: undefined, state: 'UNKNOWN' };
  }
}

/** False when somebody else made the file first. */
function create(directory: string, number: number): boolean {
  const path = lockPath(directory, number);
  const text = JSON.stringify({ owner: ownIdentity() } satisfies LockContent);
  const draft = join(directory, `lock.draft-${randomUUID()}`);
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    linkOrCopy(draft, path, text);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link shows the whole file at once. Where there are none, a starter may see an empty file, and refuses to start. */
function linkOrCopy(draft: string, path: string, text: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true });
  }
}

function markReleased(directory: string, number: number): void {
  const draft = join(directory, `lock.draft-${randomUUID()}`);
  try {
    writeFileSync(draft, JSON.stringify({ owner: ownIdentity(), released: true } satisfies LockContent), {
      mode: 0o600,
    });
    renameSync(draft, lockPath(directory, number));
  } catch {
    // No room, or the folder is gone. The end of this process releases it as well.
    rmSync(draft, { force: true });
  }
}

function lockNumbers(directory: string): number[] {
  return readdirSync(directory)
    .flatMap((name) => /^lock\.(\d{1,15})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

function lockPath(directory: string, number: number): string {
  return join(directory, `lock.${number}`);
}
