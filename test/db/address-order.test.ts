import { describe, expect, it } from 'vitest';
import { addressOrder } from '../../src/db/address-order.ts';

const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 5432 }));

describe('the order of addresses', () => {
  it('is that of the URL at first; what answered goes first, and what failed goes last', () => {
    if (!a || !b || !c) throw new Error('three');
    const order = addressOrder([a, b, c]);
    expect(order.current).toEqual([a, b, c]);
    order.failed(a);
    expect(order.current).toEqual([b, c, a]);
    order.answered(c);
    expect(order.current).toEqual([c, b, a]);
    order.answered(c);
    order.failed(b);
    expect(order.current).toEqual([c, a, b]);
  });

  it('is not changed while somebody goes through it', () => {
    if (!a || !b || !c) throw new Error('three');
    const order = addressOrder([a, b, c]);
    const seen = [];
    for (const address of order.current) {
      seen.push(address);
      order.failed(address);
    }
    expect(seen).toEqual([a, b, c]);
    expect(order.current).toEqual([a, b, c]);
  });
});
