import { describe, expect, test } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { PrivilegeBit } from '../../../src/plan/compiled-schema.ts';
import { ofBit } from '../../../src/plan/privilege-bit.ts';
import type { Verb } from '../../../src/plan/verb.ts';

const compiled = compileSchema(buildManagementSchema());

function texts(bits: readonly PrivilegeBit[]): string[] {
  return bits.map((bit) => {
    const { coordinate, verb } = ofBit(compiled.coordinates, bit);
    return `${verb}:${coordinate.type}.${coordinate.field}`;
  });
}

function inputNeeds(type: string, field: string, verb: Verb): string[] {
  const input = compiled.inputs.get(type);
  const found = input?.kind === 'INPUT_OBJECT' ? input.fields.get(field) : undefined;
  if (!found) throw new Error(`there is no ${type}.${field}`);
  return texts(found.needs[verb]);
}

describe('the management API', () => {
  test.each([
    ['createApplication', 'write:Mutation.createApplication'],
    ['updateApplication', 'update:Mutation.updateApplication'],
    ['createApiKey', 'write:Mutation.createApiKey'],
    ['updateApiKey', 'update:Mutation.updateApiKey'],
    ['disableApiKey', 'update:Mutation.disableApiKey'],
    ['enableApiKey', 'update:Mutation.enableApiKey'],
    ['revokeApiKey', 'update:Mutation.revokeApiKey'],
    ['registerDocuments', 'write:Mutation.registerDocuments'],
    ['reportLeakedApiKeys', 'update:Mutation.reportLeakedApiKeys'],
  ])('takes its own privilege for %s', (field, privilege) => {
    expect(texts(compiled.mutationType?.fields.get(field)?.needs ?? [])).toEqual([privilege]);
  });

  test.each<[string, Verb, string[]]>([
    ['CreateApiKeyInput.name', 'write', ['write:ApiKey.name']],
    ['CreateApiKeyInput.privileges', 'write', ['write:ApiKey.privileges']],
    ['CreateApiKeyInput.grantable', 'write', ['write:ApiKey.grantable']],
    ['CreateApiKeyInput.applicationScope', 'write', ['write:ApiKey.applicationScope']],
    ['CreateApiKeyInput.applicationId', 'write', ['write:ApiKey.application']],
    ['CreateApiKeyInput.throttle', 'write', ['write:ApiKey.throttle']],
    ['CreateApiKeyInput.idempotencyKey', 'write', []],
    ['UpdateApiKeyInput.id', 'update', []],
    ['UpdateApiKeyInput.etag', 'update', []],
    ['UpdateApiKeyInput.addPrivileges', 'update', ['update:ApiKey.privileges']],
    ['UpdateApiKeyInput.removePrivileges', 'update', ['update:ApiKey.privileges']],
    ['UpdateApiKeyInput.expiresAt', 'update', ['update:ApiKey.expiresAt']],
    ['DisableApiKeyInput.id', 'update', []],
    ['DisableApiKeyInput.reason', 'update', ['update:DisableApiKeyInput.reason']],
    ['RevokeApiKeyInput.descendants', 'update', []],
    ['RegisterDocumentsInput.documents', 'write', ['write:Document.text']],
    ['ReportLeakedApiKeysInput.keys', 'update', []],
    ['ApiRestrictionInput.documentIds', 'write', ['write:ApiRestriction.documentIds']],
    ['UpdateApplicationInput.leakPolicy', 'update', ['update:Application.leakPolicy']],
    ['CreateApplicationInput.ownerEmail', 'write', ['write:Application.ownerEmail']],
    ['UpdateApplicationInput.plan', 'update', ['update:Application.plan']],
    ['ThrottleInput.restoreRate', 'write', ['write:Throttle.restoreRate']],
    ['ApiKeyFilter.applicationId', 'read', ['read:ApiKey.application']],
    ['ApiKeyFilter.createdBy', 'read', ['read:ApiKey.createdBy']],
    ['ApiKeyFilter.expiresBefore', 'read', ['read:ApiKey.expiresAt']],
    ['ApiKeyFilter.status', 'read', ['read:ApiKey.status']],
    ['ApplicationFilter.ownerEmail', 'read', ['read:Application.ownerEmail']],
  ])('judges %s under %s by %j', (coordinate, verb, needs) => {
    const [type = '', field = ''] = coordinate.split('.');
    expect(inputNeeds(type, field, verb)).toEqual(needs);
  });

  test.each([
    ['ApiKeyOrderField', 'NAME', 'read:ApiKey.name'],
    ['ApiKeyOrderField', 'CREATED_AT', 'read:ApiKey.createdAt'],
    ['ApplicationOrderField', 'NAME', 'read:Application.name'],
  ])('judges the order %s.%s by %s', (type, value, privilege) => {
    const order = compiled.inputs.get(type);
    expect(order?.kind === 'ENUM' && texts(order.needs.get(value) ?? [])).toEqual([privilege]);
  });

  test('gives the text of a key a coordinate of its own', () => {
    expect(compiled.byText.get('CreateApiKeyPayload.key')?.access).toBe('GATED');
    expect(compiled.byText.get('CreateApiKeyPayload.apiKey')?.access).toBe('TRANSPARENT');
  });

  test('takes at most a hundred objects a page, twenty by default', () => {
    for (const [type, field] of [
      ['Query', 'apiKeys'],
      ['Query', 'applications'],
      ['Application', 'apiKeys'],
    ]) {
      expect(compiled.objectByName.get(type ?? '')?.fields.get(field ?? '')?.listSize).toMatchObject({
        maximumSize: 100,
        defaultSize: 20,
      });
    }
  });
});
