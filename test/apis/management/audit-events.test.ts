import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuedKey, openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
let issued: IssuedKey;
/** A management key of the same application as `issued`, of scope OWN. */
let manager: IssuedKey;
/** When `issued` was updated. */
let updatedAt: string;

beforeAll(async () => {
  test = await openTestApp();
  issued = await test.createKey(['read:City'], { name: 'before' });
  manager = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['*'] });
  test.clock.advance(60_000);
  updatedAt = new Date(test.clock.now()).toISOString();
  await change(manager.key, 'updateApiKey', `id: "${issued.id}", name: "after"`);
  test.clock.advance(60_000);
  await change(test.adminKey, 'rotateApiKey', `id: "${issued.id}"`);
  await change(test.adminKey, 'createRole', 'name: "r", type: API, privileges: ["read:City"]');
});
afterAll(() => test.close());

async function change(key: string, field: string, input: string): Promise<void> {
  const { body } = await test.management(key, `mutation { ${field}(input: { ${input} }) { __typename } }`);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
}

const document = `query ($filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String) {
  auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    nodes {
      seq at action actor { id } actorId actorAddress requestId targetType targetId
      application { id } applicationId before after prevHash hash
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

// biome-ignore lint/suspicious/noExplicitAny: an answer
async function events(variables: object = {}, key = test.adminKey): Promise<any> {
  const { body } = await test.management(key, document, variables);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.auditEvents;
}

const actionsOf = async (filter: object, key?: string): Promise<string[]> =>
  (await events({ filter }, key)).nodes.map(({ action }: { action: string }) => action);

describe('auditEvents', () => {
  it('says who changed what, when, and from where', async () => {
    const { nodes } = await events({ filter: { action: 'api_key.updated' } });
    expect(nodes).toEqual([
      {
        seq: expect.any(Number),
        at: updatedAt,
        action: 'api_key.updated',
        actor: { id: manager.id },
        actorId: manager.id,
        actorAddress: expect.any(String),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        targetType: 'ApiKey',
        targetId: issued.id,
        application: { id: nodes[0].applicationId },
        applicationId: expect.any(String),
        before: { name: 'before' },
        after: { name: 'after' },
        prevHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('filters by target, actor, application and time', async () => {
    const ofKey = ['api_key.rotated', 'api_key.updated', 'api_key.created'];
    expect(await actionsOf({ targetId: issued.id })).toEqual(ofKey);
    expect(await actionsOf({ actorId: manager.id })).toEqual(['api_key.updated']);
    expect(await actionsOf({ targetId: issued.id, since: updatedAt })).toEqual(ofKey.slice(0, 2));
    expect(await actionsOf({ targetId: issued.id, until: updatedAt })).toEqual(ofKey.slice(2));
    const [{ applicationId }] = (await events({ filter: { targetId: issued.id } })).nodes;
    expect(await actionsOf({ applicationId, action: 'application.created' })).toEqual(['application.created']);
    // The same inner id as an object of another type.
    const asRole = Buffer.from(Buffer.from(issued.id, 'base64').toString().replace('ApiKey', 'Role')).toString(
      'base64',
    );
    expect(await actionsOf({ targetId: asRole })).toEqual([]);
  });

  it('shows a key of scope OWN the events of its application, and not from where others acted on it', async () => {
    const { nodes, totalCount } = await events({ first: 100 }, manager.key);
    const [own] = (await events({ filter: { targetId: issued.id } })).nodes;
    expect(totalCount).toBe(nodes.length);
    expect(nodes.map(({ action }: { action: string }) => action)).toEqual([
      'api_key.rotated',
      'api_key.updated',
      'api_key.created',
      'api_key.created',
      'application.created',
    ]);
    for (const { applicationId } of nodes) expect(applicationId).toBe(own.applicationId);
    expect(nodes[0]).toMatchObject({ actor: null, actorAddress: null, actorId: expect.any(String) });
    expect(nodes[1]).toMatchObject({ actor: { id: manager.id }, actorAddress: expect.any(String) });
    expect(await actionsOf({ action: 'role.created' }, manager.key)).toEqual([]);
  });

  it('pages in both directions, and stays where it is when something is appended', async () => {
    const whole = (await events({ first: 100 })).nodes.map(({ seq }: { seq: number }) => seq);
    const page = await events({ first: 3 });
    await change(test.adminKey, 'createRole', `name: "r${whole.length}", type: API, privileges: []`);
    const next = await events({ first: 3, after: page.pageInfo.endCursor });
    const seqs = [...page.nodes, ...next.nodes].map(({ seq }: { seq: number }) => seq);
    expect(seqs).toEqual(whole.slice(0, 6));
    const oldest = await events({ last: 2 });
    expect(oldest.nodes.map(({ seq }: { seq: number }) => seq)).toEqual(whole.slice(-2));
    expect(oldest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const back = await events({ last: 2, before: oldest.pageInfo.startCursor });
    expect(back.nodes.map(({ seq }: { seq: number }) => seq)).toEqual(whole.slice(-4, -2));
  });

  it('holds no secret', async () => {
    const { nodes } = await events({ first: 100 });
    const text = JSON.stringify(nodes);
    for (const key of [issued.key, manager.key, test.adminKey]) {
      expect(text).not.toContain(key.slice(-38));
    }
  });

  it('is also a field of a key', async () => {
    const { body } = await test.management(
      manager.key,
      `query ($id: ID!) { apiKey(id: $id) { auditEvents(first: 2) { totalCount nodes { action } pageInfo { hasNextPage } } } }`,
      { id: issued.id },
    );
    expect(body.data.apiKey.auditEvents).toEqual({
      totalCount: 3,
      nodes: [{ action: 'api_key.rotated' }, { action: 'api_key.updated' }],
      pageInfo: { hasNextPage: true },
    });
  });

  it('needs privileges of its own, and is priced by its page', async () => {
    const { key } = await test.createKey(['read:Query.auditEvents', 'read:AuditEvent.action'], { type: 'MANAGEMENT' });
    const ask = (fields: string) => test.management(key, `{ auditEvents(first: 50) { nodes { ${fields} } } }`);
    const { errors } = (await ask('after')).body;
    const required = errors.flatMap((error: { extensions: { required: string[] } }) => error.extensions.required);
    expect(required).toEqual(expect.arrayContaining(['read:AuditEvent.after', 'read:ApiKey.privileges']));
    const { body } = await ask('action');
    expect(body.extensions.cost.requestedQueryCost).toBe(51);
    const filtered = '{ auditEvents(filter: { actorId: "QXBpS2V5OjE=" }) { nodes { action } } }';
    expect((await test.management(key, filtered)).body.errors[0].extensions).toMatchObject({
      required: ['read:AuditEvent.actorId'],
    });
  });
});
