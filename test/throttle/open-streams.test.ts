import { describe, expect, it } from 'vitest';
import { createOpenStreams } from '../../src/throttle/open-streams.ts';

const key = { id: 'key:a', max: 2 };
const application = { id: 'application:a', max: 3 };

describe('open streams', () => {
  it('have a cap for each key, and places that are given back are free again', () => {
    const streams = createOpenStreams();
    const first = streams.open([key]);
    expect(streams.open([key])).toBeDefined();
    expect(streams.open([key])).toBeUndefined();
    first?.();
    first?.();
    expect(streams.open([key])).toBeDefined();
    expect(streams.open([key])).toBeUndefined();
  });

  it('take all places or none', () => {
    const streams = createOpenStreams();
    for (const id of ['key:b', 'key:c', 'key:d']) expect(streams.open([{ id, max: 1 }, application])).toBeDefined();
    expect(streams.open([key, application])).toBeUndefined();
    expect(streams.open([key])).toBeDefined();
    expect(streams.open([key])).toBeDefined();
  });
});
