import { customType } from 'drizzle-orm/pg-core';

/**
 * A point in time as milliseconds since the Unix epoch, stored as `timestamptz(3)`. Raw statements answer the same
 * numbers, and take them: both engines are told so where they are opened.
 */
export const instant = customType<{ data: number; driverData: string | number }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (milliseconds) => new Date(milliseconds).toISOString(),
  fromDriver: (value) => (typeof value === 'number' ? value : Date.parse(value)),
});

/**
 * Text that is ordered or compared: by code point, so that every database answers alike, and a prefix search can use
 * the index.
 */
export const orderedText = customType<{ data: string; driverData: string }>({
  dataType: () => 'text COLLATE "C"',
});

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
});
