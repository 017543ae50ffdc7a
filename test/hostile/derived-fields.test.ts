import { describe, expect, it } from 'vitest';
import { schemaOf } from '../plan/places.ts';
import { missing } from '../privileges/held.ts';

const schema = schemaOf(
  /* GraphQL */ `
    type Query { find(text: String): [Place!]! city: City owner: Owner }
    interface Place { label: String }
    type City implements Place { label: String name: String }
    type Park implements Place { label: String name: String }
    type Owner { email: String name: String }
  `,
  {
    arguments: { 'Query.find(text:)': { looksAt: ['Place.label'] } },
    fields: {
      'Query.find': { cost: { listSize: { assumedSize: 10 } } },
      'City.label': { reads: ['Owner.email'] },
      'Park.label': { reads: ['Owner.name'] },
    },
  },
);

describe('a search over derived fields of an abstract type', () => {
  const search = '{ find(text: "x") { ... on City { name } } }';

  it('needs what they read, also where the type that holds it cannot be seen', () => {
    const rules = ['read:Query', 'read:City', '!read:Owner'];
    expect(missing(search, rules, {}, schema)).toEqual(['read:Owner.email']);
    expect(missing(search, ['read:Query', 'read:City', 'read:Owner.email'], {}, schema)).toEqual([]);
  });

  it('and is denied to a key that holds the fields alone', () => {
    const rules = ['read:Query', 'read:City', 'read:Park', '!read:Owner'];
    expect(missing(search, rules, {}, schema)).toEqual(['read:Owner.email', 'read:Owner.name']);
  });

  it('needs nothing for a type that is not seen', () => {
    const rules = ['read:Query', 'read:City', 'read:Owner.email', 'read:Park.label', '!read:Owner.name'];
    expect(missing(search, rules, {}, schema)).toEqual([]);
  });
});
