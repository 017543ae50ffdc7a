import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder } from '../context.ts';
import { addFieldUsage } from './field-usage.ts';
import { addRequestLog } from './request-log.ts';
import { addUsageEnums } from './usage-enums.ts';
import { addUsageQueries } from './usage-queries.ts';
import { addUsageReport } from './usage-report.ts';

/** What keys did: reports, fields, and the request log. */
export function addUsage(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  application: ApplicationTypes,
  apiKeyEnums: ApiKeyEnums,
): void {
  const enums = addUsageEnums(builder);
  const UsageReport = addUsageReport(builder, ApiKey, application, apiKeyEnums, enums);
  addUsageQueries(builder, UsageReport, ApiKey, application, apiKeyEnums, enums);
  addFieldUsage(builder, ApiKey, apiKeyEnums);
  addRequestLog(builder, ApiKey, application, apiKeyEnums, enums);
}
