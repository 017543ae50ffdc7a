import { z } from 'zod';
import { url } from './values.ts';

/** Where data live. */
export const databaseSettings = {
  DATABASE_URL: url('postgres:', 'postgresql:')
    .optional()
    .describe('PostgreSQL 15 or later. Without it an embedded PostgreSQL keeps its data in `DATA_DIR`.'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.fieldpass')
    .describe('Folder of the embedded database and of what the first start writes.'),
};
