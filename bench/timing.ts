/**
 * Whether the time that an answer takes says why a key is not valid: `npx tsx bench/timing.ts`. An unknown id, a wrong
 * secret and the right one, of a key with one secret and of one with ten, in random order, cached. Their p50 and p99 must
 * not differ by more than two random halves of the same kind do, three times over.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { systemRandom } from '../src/kernel/random.ts';
import { matchSecret } from '../src/keys/resolve/match-secret.ts';
import { formatToken, generateToken } from '../src/keys/token/key-token.ts';
import { digestOf, hashDigest, onePepper } from '../src/keys/token/secret-hash.ts';
import { someKey, someSecret } from '../test/keys/support.ts';
import { quantile } from './measure.ts';

const samples = 200_000;
const rounds = 5;
const peppers = onePepper(randomBytes(32));
const tokens = Array.from({ length: 10 }, () => formatToken(generateToken('fieldpass', 'LIVE', systemRandom)));
const [right = '', wrong = ''] = [tokens[0], formatToken(generateToken('fieldpass', 'LIVE', systemRandom))];
const keyWith = (secrets: number) => ({
  key: someKey(),
  secrets: tokens.slice(0, secrets).map((token) => ({
    hash: hashDigest(digestOf(token), peppers.current),
    pepperVersion: 1,
    record: someSecret(),
  })),
});
const [once, rotated] = [keyWith(1), keyWith(10)];
const kinds = [
  ['unknown id', () => matchSecret(wrong, undefined, peppers)],
  ['wrong secret', () => matchSecret(wrong, once, peppers)],
  ['right secret', () => matchSecret(right, once, peppers)],
  ['wrong secret of ten', () => matchSecret(wrong, rotated, peppers)],
  ['right secret of ten', () => matchSecret(right, rotated, peppers)],
] as const;

function take(): number[][] {
  const times: number[][] = kinds.map(() => []);
  for (let sample = 0; sample < samples; sample++) {
    const kind = randomInt(kinds.length);
    const started = process.hrtime.bigint();
    kinds[kind]?.[1]();
    times[kind]?.push(Number(process.hrtime.bigint() - started));
  }
  return times;
}

const sorted = (times: readonly number[]) => times.toSorted((left, right) => left - right);
const middle = (values: readonly number[]) => quantile(sorted(values), 0.5);

take();
const found = Array.from({ length: rounds }, take);
for (const share of [0.5, 0.99]) {
  const of = (times: readonly number[]) => quantile(sorted(times), share);
  const values = kinds.map((_, kind) => middle(found.map((times) => of(times[kind] ?? []))));
  const halves = found.flatMap((times) =>
    times.map((all) =>
      Math.abs(of(all.filter((_, index) => index % 2 === 0)) - of(all.filter((_, index) => index % 2 === 1))),
    ),
  );
  const noise = Math.max(...halves, middle(values) * 0.01);
  const apart = Math.max(...values) - Math.min(...values);
  const told = apart > noise * 3;
  for (const [kind, [name]] of kinds.entries()) {
    process.stdout.write(
      `p${share * 100}  ${name.padEnd(20)} ${((values[kind] ?? 0) / 1000).toFixed(2).padStart(8)} µs\n`,
    );
  }
  process.stdout.write(
    `p${share * 100}  apart by ${(apart / 1000).toFixed(2)} µs, noise ${(noise / 1000).toFixed(2)} µs: ${told ? 'CAN BE TOLD APART' : 'indistinguishable'}\n`,
  );
  if (told) process.exitCode = 1;
}
