import { it } from 'vitest';
import { openTestApp } from '../support/test-app.ts';
it('probe', async () => {
  const test = await openTestApp({ places: true });
  const { body } = await test.management(test.adminKey, '{ viewer { application { id } } }');
  const c = await test.management(test.adminKey, 'mutation($i: CreateApiKeyInput!){createApiKey(input:$i){key}}', { i: { applicationId: body.data.viewer.application.id, name: 'm', type: 'MANAGEMENT', privileges: ['read:Query', 'read:RequiredPrivilege'], grantable: ['read:*'] } });
  const key = c.body.data.createApiKey.key;
  const rep = (n: number, f: (i: number) => string) => Array.from({ length: n }, (_, i) => f(i)).join(' ');
  const document = `{ ${rep(1200, () => 'viewer{__typename}')} }`;
  for (const n of [1, 1, 20]) {
    const s = performance.now();
    const a = await test.management(key, `query($d:String!){ ${rep(n, (i) => `a${i}: requiredPrivileges(document:$d){rule}`)} }`, { d: document });
    console.log('explain', n, performance.now() - s, JSON.stringify(a.body).slice(0, 200));
  }
  const weak = (await test.createKey(['read:Country.name'])).key;
  const docs = {
    warm: '{ viewer { __typename } }',
    obj: `{ ${rep(1200, () => 'viewer{__typename}')} }`,
    obj2: `{ ${rep(1201, () => 'viewer{__typename}')} }`,
    frag: `{ ${rep(800, () => 'viewer{...A}')} } fragment A on Viewer { __typename }`,
    frags: `{ ${rep(500, () => 'viewer{...A ...B}')} } fragment A on Viewer { __typename } fragment B on Viewer { __typename }`,
    inval: `{ ${rep(1200, () => 'viewer{nope}')} }`,
    invalargs: `{ ${rep(500, () => 'cities(first:1){__typename}')} zzz }`,
    invobj: `{ ${rep(1200, () => 'viewer{__typename}')} zzz }`,
    hid: `{ ${rep(700, () => 'viewer{apiKey{name}}')} zzz }`,
  };
  for (const [n, q] of Object.entries(docs)) {
    const s = performance.now();
    const a = await test.graphql(weak, q);
    console.log('cpu', n, Math.round(performance.now() - s), a.status, a.codes[0]);
  }
  await test.close();
}, 60000);
