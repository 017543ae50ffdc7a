import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process on which machine, so that another one with the same recycled pid is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly machine: string;
  /** Changes at every boot; empty where the system does not say. */
  readonly boot: string;
  /** Container, or any other space of pids; empty where there is only one. */
  readonly namespace: string;
  /** Opaque; empty where the system does not say. */
  readonly startTime: string;
}

export type ProcessState = 'ALIVE' | 'DEAD' | 'UNKNOWN';

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { ...ownPlace(), pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
}

/**
 * Whether the process still runs, seen from here. `UNKNOWN` when it ran on another machine or in another container,
 * whose processes cannot be seen.
 */
export function stateOf(
  identity: ProcessIdentity,
  here: Omit<ProcessIdentity, 'pid' | 'startTime'> = ownPlace(),
  findStartTime: (pid: number) => string | undefined = startTimeOf,
): ProcessState {
  if (identity.machine !== here.machine) return 'UNKNOWN';
  if (identity.boot !== here.boot) return 'DEAD';
  if (identity.namespace !== here.namespace) return 'UNKNOWN';
  const startTime = findStartTime(identity.pid);
  if (startTime === undefined) return 'DEAD';
  if (startTime === '' || identity.startTime === '') return 'ALIVE';
  return startTime === identity.startTime ? 'ALIVE' : 'DEAD';
}

function ownPlace(): Omit<ProcessIdentity, 'pid' | 'startTime'> {
  return {
    machine: attempt(() => readFileSync('/etc/machine-id', 'utf8').trim()) || hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** When a running process started; empty when only that is not known, `undefined` when no such process runs. */
function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
    // The name of the program may hold spaces and parentheses: fields count from behind it (proc(5)).
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return !state || state === 'Z' || state === 'X' ? undefined : rest[18];
  }
  if (!isRunning(pid)) return undefined;
  return attempt(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 }).trim(),
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted to signal it, so it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
