import { statfsSync } from 'node:fs';

/**
 * Bytes that stay free for the embedded engine: some segments of its log (16 MiB each) and the files of one large
 * statement. On a disk that is quite full it never comes back from a commit, and nothing else of the process runs.
 */
const reserveBytes = 100_000_000;

/** What the disk of a folder lacks for the engine to write, in words; `undefined` when there is room. */
export function lackOfSpace(directory: string): string | undefined {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize >= reserveBytes) return undefined;
  return `there is too little space left (${Math.floor((bavail * bsize) / 1e6)} MB free, ${reserveBytes / 1e6} MB are needed)`;
}
