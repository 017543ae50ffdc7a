import { defineConfig } from 'vitest/config';
import { SlowFilesFirst } from './test/support/slow-files-first.ts';

export default defineConfig({
  // Pothos loads graphql's CommonJS build and tests its ES modules unless both are sent to one file.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 2,
    sequence: { sequencer: SlowFilesFirst },
    // Nothing of ours keeps state in a module, so files can share them: loading them anew takes as long as the tests.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One second, as it is unless told, is a bound on how busy the machine may be.
    expect: { poll: { timeout: 20_000, interval: 10 } },
  },
});
