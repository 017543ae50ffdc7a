import { z } from 'zod';
import { postgresUrl, wholeNumber } from './values.ts';

/** Where data live. */
export const databaseSettings = {
  DATABASE_URL: postgresUrl
    .optional()
    .describe('PostgreSQL 15 or later. Without it an embedded PostgreSQL keeps its data in `DATA_DIR`.'),
  DATABASE_POOL_SIZE: wholeNumber(1, 1000)
    .default(10)
    .describe(
      'Connections of one instance to `DATABASE_URL` for data. Beside them it has 2 for keys and leases, 3 for management, 1 that listens and, without `REDIS_URL`, 4 for throttling: 20 in all by default, each opened when it is needed.',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.fieldpass')
    .describe('Folder of the embedded database and of what the first start writes.'),
};
