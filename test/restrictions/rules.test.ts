import { describe, expect, it } from 'vitest';
import { restrictionProblem, storedRestrictions } from '../../src/restrictions/check-restrictions.ts';
import { compileRestrictions } from '../../src/restrictions/compile-restrictions.ts';
import { judgeRestrictedOperation } from '../../src/restrictions/judge-operation.ts';
import { looserKinds } from '../../src/restrictions/looser-kinds.ts';
import type { Restrictions } from '../../src/restrictions/restrictions.ts';

const fingerprint = 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709';

describe('restrictions that somebody asks for', () => {
  it.each<[string, Restrictions]>([
    ['browser.allowedReferrers', { browser: { allowedReferrers: [] } }],
    ['browser.allowedReferrers.1', { browser: { allowedReferrers: ['a.example.com', '*'] } }],
    ['server', { server: {} }],
    ['server.allowedIps', { server: { allowedIps: [] } }],
    ['server.deniedIps.0', { server: { deniedIps: ['192.0.2.7/8'] } }],
    ['server.allowedIps', { server: { allowedIps: new Array<string>(101).fill('192.0.2.7') } }],
    ['android.allowedApplications', { android: { allowedApplications: [] } }],
    [
      'android.allowedApplications.0',
      { android: { allowedApplications: [{ packageName: 'map', sha1Fingerprint: fingerprint }] } },
    ],
    [
      'android.allowedApplications.0',
      { android: { allowedApplications: [{ packageName: 'a.b', sha1Fingerprint: 'DA39' }] } },
    ],
    ['ios.allowedBundleIds.0', { ios: { allowedBundleIds: ['com.example.*'] } }],
    ['api', { api: {} }],
    ['api.operationTypes', { api: { operationTypes: [] } }],
    ['api.rootFields.0', { api: { rootFields: ['ci*ies'] } }],
    ['api.documentIds', { api: { documentIds: [] } }],
    ['api.documentIds.1', { api: { documentIds: ['a'.repeat(64), 'a'.repeat(63)] } }],
    ['api.documentIds', { api: { documentIds: new Array<string>(1001).fill('a'.repeat(64)) } }],
  ])('are refused at %s', (path, restrictions) => {
    expect(restrictionProblem(restrictions)?.path).toBe(path);
  });

  it('store ids of documents in one spelling, once', () => {
    const [upper, lower] = ['AB'.repeat(32), `sha256:${'ab'.repeat(32)}`];
    expect(storedRestrictions({ api: { rootFields: ['cities'], documentIds: [upper, lower] } })).toEqual({
      api: { rootFields: ['cities'], documentIds: [lower] },
    });
  });

  it('store fingerprints in one spelling', () => {
    const sha1Fingerprint = (fingerprint.toLowerCase().match(/../g) ?? []).join(':');
    const given = { android: { allowedApplications: [{ packageName: 'a.b', sha1Fingerprint }] } };
    expect(restrictionProblem(given)).toBeUndefined();
    expect(storedRestrictions(given).android?.allowedApplications[0]?.sha1Fingerprint).toBe(fingerprint);
  });
});

describe('an operation', () => {
  const judge = (api: Restrictions['api'], type: 'QUERY' | 'MUTATION', ...rootFields: string[]) =>
    judgeRestrictedOperation(compileRestrictions({ ...(api && { api }) }), {
      type,
      rootFields,
      documentHash: undefined,
      isUrgent: false,
    });

  it('is judged by its type and all its root fields', () => {
    expect(judge({ operationTypes: ['QUERY'] }, 'QUERY', 'cities').kind).toBe('ALLOWED');
    expect(judge({ operationTypes: ['QUERY'] }, 'MUTATION', 'createCity').kind).toBe('TYPE_BLOCKED');
    expect(judge({ rootFields: ['cit*', 'country'] }, 'QUERY', 'cities', 'country').kind).toBe('ALLOWED');
    expect(judge({ rootFields: ['cit*', 'country'] }, 'QUERY', 'cities', 'countries', '__schema')).toEqual({
      kind: 'ROOT_FIELDS_BLOCKED',
      rootFields: ['countries', '__schema'],
    });
  });
});

describe('a child of a restricted key', () => {
  const parent: Restrictions = {
    server: { allowedIps: ['192.0.2.0/24'], deniedIps: ['192.0.2.7'] },
    browser: { allowedReferrers: ['*.example.com'] },
    ios: { allowedBundleIds: ['com.example.a', 'com.example.b'] },
    api: { operationTypes: ['QUERY', 'MUTATION'], rootFields: ['api*'] },
  };

  it.each<[string, Restrictions | undefined, readonly string[]]>([
    ['the same', parent, []],
    ['none', undefined, ['server', 'browser, android, ios', 'api']],
    ['fewer addresses', { ...parent, server: { allowedIps: ['192.0.2.128/25'] } }, []],
    ['the denied address', { ...parent, server: { allowedIps: ['192.0.2.0/25'] } }, ['server']],
    ['more addresses', { ...parent, server: { allowedIps: ['192.0.0.0/16'], deniedIps: ['192.0.2.7'] } }, ['server']],
    ['only the denied ones', { ...parent, server: { deniedIps: ['192.0.2.7'] } }, ['server']],
    ['one of the alternatives', { ...parent, browser: { allowedReferrers: ['a.example.com'] } }, []],
    [
      'another alternative',
      { ...parent, android: { allowedApplications: [{ packageName: 'a.b', sha1Fingerprint: fingerprint }] } },
      ['browser, android, ios'],
    ],
    ['a wider pattern', { ...parent, browser: { allowedReferrers: ['example.com'] } }, ['browser, android, ios']],
    ['fewer root fields', { ...parent, api: { operationTypes: ['QUERY'], rootFields: ['apiKeys'] } }, []],
    ['all root fields', { ...parent, api: { operationTypes: ['QUERY'] } }, ['api']],
    ['a wider prefix', { ...parent, api: { operationTypes: ['QUERY'], rootFields: ['a*'] } }, ['api']],
  ])('with %s is looser in %j', (_, child, expected) => {
    expect(looserKinds(child, parent)).toEqual(expected);
  });

  it.each([
    ['the same document, in another spelling', ['A'.repeat(64)], []],
    ['another document', [`sha256:${'a'.repeat(64)}`, 'b'.repeat(64)], ['api']],
    ['any document', undefined, ['api']],
  ])('of a key for one document is judged with %s', (_, documentIds, expected) => {
    const one = { api: { documentIds: [`sha256:${'a'.repeat(64)}`] } };
    expect(looserKinds({ api: documentIds ? { documentIds } : { rootFields: ['a'] } }, one)).toEqual(expected);
  });

  it('of an unrestricted one is never looser', () => {
    expect(looserKinds(undefined, undefined)).toEqual([]);
    expect(looserKinds(undefined, { server: { deniedIps: ['192.0.2.7'] } })).toEqual(['server']);
  });
});
