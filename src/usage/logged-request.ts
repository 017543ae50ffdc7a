import type { requestLog } from '../db/schema/index.ts';

/** One request of the log. Texts that are not known are empty. */
export type LoggedRequest = Readonly<typeof requestLog.$inferSelect>;
