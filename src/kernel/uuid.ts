import type { Clock } from './clock.ts';
import type { RandomBytes } from './random.ts';

export type MakeId = () => string;

/** UUIDv7 (RFC 9562 §5.7): sorted by creation time to the millisecond, 74 random bits. */
export function uuidMaker(clock: Clock, random: RandomBytes): MakeId {
  return () => {
    const bytes = random(16);
    let time = clock.now();
    for (let index = 5; index >= 0; index--) {
      bytes[index] = time % 256;
      time = Math.floor(time / 256);
    }
    bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
    bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
    const hex = Buffer.from(bytes).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
