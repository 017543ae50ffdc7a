import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/http/body-limit.ts';

function streamed(chunks: readonly string[], onPull: () => void = () => {}): Request {
  const waiting = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      onPull();
      const next = waiting.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(next));
    },
  });
  return new Request('http://localhost/graphql', { method: 'POST', body, duplex: 'half' } as RequestInit);
}

describe('the body limit', () => {
  it('lets a body through that is as long as it may be', async () => {
    const limited = await readBody(streamed(['12345', '67890']), 10);
    expect(limited.kind === 'READ' && Buffer.from(limited.bytes).toString()).toBe('1234567890');
  });

  it('stops reading at the limit when no length was declared', async () => {
    let pulls = 0;
    const limited = await readBody(
      streamed(
        Array.from({ length: 1000 }, () => '0123456789'),
        () => pulls++,
      ),
      25,
    );
    expect(limited.kind).toBe('TOO_LARGE');
    expect(pulls).toBeLessThan(6);
  });

  it('believes a declared length without reading', async () => {
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: 'x',
      headers: { 'content-length': '11' },
    });
    expect((await readBody(request, 10)).kind).toBe('TOO_LARGE');
  });

  it('refuses a length that is no number', async () => {
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: 'x',
      headers: { 'content-length': '1e9' },
    });
    expect((await readBody(request, 10)).kind).toBe('TOO_LARGE');
  });
});
