import type { TestProject } from 'vitest/node';
import {
  dropPostgresTemplates,
  preparePgliteTemplates,
  preparePostgresTemplates,
  type TestTemplates,
} from './test-templates.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testTemplates: TestTemplates;
  }
}

/** Makes what test databases start from, once a run: on the server of TEST_DATABASE_URL when it is set. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const url = process.env['TEST_DATABASE_URL'];
  const templates = url === undefined ? await preparePgliteTemplates() : await preparePostgresTemplates(url);
  project.provide('testTemplates', templates);
  return url === undefined ? undefined : () => dropPostgresTemplates(url, templates);
}
