import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's package `libfaketime`, when it is there: the environment of a process that has another clock. */
export function fakeTime(faketime: string): Readonly<Record<string, string>> | undefined {
  const library = libraryPath();
  return library === undefined
    ? undefined
    : { LD_PRELOAD: library, FAKETIME: faketime, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

/** Under the folder of the architecture, whatever that is. */
function libraryPath(): string | undefined {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  const paths = folders.map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'));
  return paths.find((path) => existsSync(path));
}
