import type { StartingOperation } from './fit-operation.ts';
import type { PageConfiguration } from './page-configuration.ts';

const whoAmI: StartingOperation = {
  query: `# The key in use: whose it is, what it may do,
# and what it may spend.
query WhoAmI {
  viewer {
    apiKey { name publicId environment expiresAt }
    application { name ownerName }
    privileges
  }
  rateLimit { currentlyAvailable maximumAvailable restoreRate resetAt }
}`,
};

const ofPlaces: readonly StartingOperation[] = [
  whoAmI,
  {
    query: `# A page of a country's cities.
# For the next page, send endCursor as $after.
query CitiesOfCountry($code: String!, $after: String) {
  country(code: $code) {
    name
    capital
    languages
    cities(first: 10, after: $after) {
      nodes { id name population }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
    variables: { code: 'PT', after: null },
  },
  {
    query: `# Cities around a point, nearest first.
query AroundAPoint($latitude: Float!, $longitude: Float!) {
  citiesNear(latitude: $latitude, longitude: $longitude, radiusKm: 25, first: 10) {
    name
    population
    country { name }
    location { latitude longitude }
  }
}`,
    variables: { latitude: 48.8566, longitude: 2.3522 },
  },
];

const ofManagement: readonly StartingOperation[] = [
  whoAmI,
  {
    query: `# The applications and the keys that you may manage.
query ApplicationsAndKeys {
  applications(first: 10) {
    nodes { id name ownerName status }
  }
  apiKeys(first: 20) {
    nodes {
      id
      name
      redactedKey
      type
      environment
      status
      expiresAt
      createdAt
      application { name }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    query: `# Makes a key, and shows it this once.
# Take applicationId from ApplicationsAndKeys.
mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    key
    apiKey { id name redactedKey privileges expiresAt }
  }
}`,
    variables: {
      input: {
        applicationId: '',
        name: 'My first key',
        environment: 'TEST',
        privileges: ['read:Query', 'read:Country', 'read:City.name'],
      },
    },
  },
];

/** What the tabs of a surface start with, before it is fitted to what a key may see. */
export function startingOperations(surface: PageConfiguration['surface']): readonly StartingOperation[] {
  return surface === 'MANAGEMENT' ? ofManagement : ofPlaces;
}
