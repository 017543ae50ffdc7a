export { denialErrors } from './null-mode/denial-errors.ts';
export { type DeniedFields, deniedFields } from './null-mode/denied-fields.ts';
export { restoreNulls } from './null-mode/restore-nulls.ts';
export { type RemainingOperation, withoutDenied } from './null-mode/without-denied.ts';
