import { describe, expect, it } from 'vitest';
import { readPartnerReport } from '../../src/leaks/partner-report.ts';

describe("a report of GitHub's secret scanning", () => {
  it('is read with what later versions may add', () => {
    const report =
      '[{"token":"t","type":"a_type","url":"https://x","source":"commit","more":{}},{"token":"u","type":"b"}]';
    expect(readPartnerReport(report)).toEqual([
      { token: 't', type: 'a_type', url: 'https://x' },
      { token: 'u', type: 'b', url: '' },
    ]);
    expect(readPartnerReport('[]')).toEqual([]);
  });

  it.each(['a\\u0000b', '\\ud800', 'x'.repeat(3000)])('keeps no place that cannot be stored', (url) => {
    expect(readPartnerReport(`[{"token":"t","type":"a","url":"${url}"}]`)).toEqual([
      { token: 't', type: 'a', url: '' },
    ]);
  });

  it.each([
    '',
    'null',
    '{}',
    '"[]"',
    '[1]',
    '[null]',
    '[[]]',
    '[{}]',
    '[{"token":1,"type":"a"}]',
    '[{"token":"t"}]',
    `[{"token":"${'t'.repeat(5000)}","type":"a"}]`,
    '[{"token":"t","type":"a"}',
  ])('is not %s', (text) => {
    expect(readPartnerReport(text)).toBeUndefined();
  });
});
