import { describe, expect, it } from 'vitest';
import { requestId } from '../../src/http/request-id.ts';

const key = `fieldpass_live_${'a1B2c3D4e5F6'}_${'0123456789abcdefghijklmnopqrstuvwxyzAB'}`;
const redact = (text: string) => text.replace(/fieldpass_(live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}/g, '');
const idOf = (given: string) => requestId(new Headers({ 'X-Request-Id': given }), () => 'made', redact);

describe('the id of a request', () => {
  it.each(['7f3a', 'a_b', 'trace/1:2+3=4-5.6', 'fieldpass/live/short'])('is the one of the caller: %s', (given) => {
    expect(idOf(given)).toBe(given);
  });

  it.each(['/', '.', ':', '+', '=', '-', '_'])(
    'is made anew where it holds a key with %s between its parts',
    (mark) => {
      expect(idOf(key.replaceAll('_', mark))).toBe('made');
      expect(idOf(`a${mark}${key.replace('_', mark)}`)).toBe('made');
    },
  );
});
