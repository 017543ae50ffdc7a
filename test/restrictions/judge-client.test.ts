import { describe, expect, it } from 'vitest';
import { compileRestrictions, createRestrictionCache } from '../../src/restrictions/compile-restrictions.ts';
import {
  judgeClient,
  listsOrigin,
  type PresentedClient,
  presentedClient,
} from '../../src/restrictions/judge-client.ts';
import type { Restrictions } from '../../src/restrictions/restrictions.ts';

function blockedBy(restrictions: Restrictions, client: Partial<PresentedClient>): string | undefined {
  const nobody = presentedClient(new Headers(), '192.0.2.7');
  const verdict = judgeClient(compileRestrictions(restrictions), { ...nobody, ...client });
  return verdict.kind === 'BLOCKED' ? verdict.by : undefined;
}

const fingerprint = 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709';
const android = { allowedApplications: [{ packageName: 'com.example.map', sha1Fingerprint: fingerprint }] };
const browser = { allowedReferrers: ['app.example.com'] };
const ios = { allowedBundleIds: ['com.example.map'] };

describe('server addresses', () => {
  it.each<[string, Restrictions['server'], string, string | undefined]>([
    ['an allowed one', { allowedIps: ['192.0.2.0/24'] }, '192.0.2.7', undefined],
    ['one of several', { allowedIps: ['198.51.100.1', '192.0.2.0/24'] }, '192.0.2.7', undefined],
    ['another', { allowedIps: ['192.0.2.0/24'] }, '203.0.113.1', 'IP_ADDRESS'],
    ['a denied one', { deniedIps: ['192.0.2.7'] }, '192.0.2.7', 'IP_ADDRESS'],
    ['one that is not denied', { deniedIps: ['192.0.2.7'] }, '192.0.2.8', undefined],
    [
      'one that is allowed and denied',
      { allowedIps: ['192.0.2.0/24'], deniedIps: ['192.0.2.7'] },
      '192.0.2.7',
      'IP_ADDRESS',
    ],
    ['a denied one in other words', { deniedIps: ['192.0.2.7'] }, '::ffff:c000:207', 'IP_ADDRESS'],
    ['an unknown one', { deniedIps: ['192.0.2.7'] }, '', 'IP_ADDRESS'],
    ['an IPv6 one of an IPv4 list', { allowedIps: ['0.0.0.0/0'] }, '2001:db8::1', 'IP_ADDRESS'],
  ])('judges %s', (_, server, address, expected) => {
    expect(blockedBy({ ...(server && { server }) }, { address })).toBe(expected);
  });
});

describe('apps and pages', () => {
  it.each([fingerprint, fingerprint.toLowerCase(), (fingerprint.match(/../g) ?? []).join(':')])(
    'takes a fingerprint as %s',
    (androidCertificate) => {
      expect(blockedBy({ android }, { androidPackage: 'com.example.map', androidCertificate })).toBeUndefined();
    },
  );

  it.each<[string, Partial<PresentedClient>]>([
    ['nothing', {}],
    ['no certificate', { androidPackage: 'com.example.map' }],
    ['no package', { androidCertificate: fingerprint }],
    ['another package', { androidPackage: 'com.example.map2', androidCertificate: fingerprint }],
    ['another certificate', { androidPackage: 'com.example.map', androidCertificate: fingerprint.replace('D', 'A') }],
    ['a malformed certificate', { androidPackage: 'com.example.map', androidCertificate: `${fingerprint}00` }],
    ['two values', { androidPackage: 'com.example.map, com.example.map', androidCertificate: fingerprint }],
  ])('keeps an Android app with %s out', (_, client) => {
    expect(blockedBy({ android }, client)).toBe('ANDROID_APP');
  });

  it('knows an iOS app by its bundle', () => {
    expect(blockedBy({ ios }, { iosBundleId: 'com.example.map' })).toBeUndefined();
    expect(blockedBy({ ios }, { iosBundleId: 'com.example.Map' })).toBe('IOS_APP');
    expect(blockedBy({ ios }, {})).toBe('IOS_APP');
  });

  it('are alternatives, beside which the address is required', () => {
    const all = { browser, android, ios, server: { allowedIps: ['192.0.2.0/24'] } };
    const origin = 'https://app.example.com';
    expect(blockedBy(all, { origin })).toBeUndefined();
    expect(blockedBy(all, { iosBundleId: 'com.example.map' })).toBeUndefined();
    expect(blockedBy(all, { origin, address: '203.0.113.1' })).toBe('IP_ADDRESS');
    expect(blockedBy(all, { origin: 'https://evil.example' })).toBe('HTTP_REFERRER');
    expect(blockedBy(all, { iosBundleId: 'com.evil' })).toBe('IOS_APP');
    expect(blockedBy(all, { androidPackage: 'com.evil' })).toBe('ANDROID_APP');
    expect(blockedBy(all, {})).toBe('ANDROID_APP');
  });
});

it('lists an origin for CORS whatever the path', () => {
  const compiled = compileRestrictions({ browser: { allowedReferrers: ['app.example.com/map'] } });
  expect(listsOrigin(compiled, 'https://app.example.com')).toBe(true);
  expect(listsOrigin(compiled, 'https://evil.example')).toBe(false);
  expect(listsOrigin(compileRestrictions({}), 'https://app.example.com')).toBe(false);
});

it('compiles one value once, and lets nobody in by a text that cannot be read', () => {
  const compile = createRestrictionCache();
  const restrictions = { browser };
  expect(compile(restrictions)).toBe(compile(restrictions));
  expect(compile({ browser })).not.toBe(compile(restrictions));
  expect(() => compile({ server: { allowedIps: ['anywhere'] } })).toThrow();
});
