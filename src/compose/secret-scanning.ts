import { reportFromPartner } from '../administration/exposure/report-from-partner.ts';
import type { AdministrationServices } from '../administration/services.ts';
import type { Config } from '../config/read-config.ts';
import type { Logger } from '../kernel/logger.ts';
import { createPartnerEndpoint, type PartnerEndpoint } from '../leaks/partner-endpoint.ts';
import { readPartnerKeys } from '../leaks/partner-signature.ts';

/** What answers `/secret-scanning`; nothing without the public keys of whoever reports. */
export function secretScanning(
  administration: AdministrationServices,
  { keys: { SECRET_SCANNING_PUBLIC_KEYS } }: Config,
  logger: Logger,
): PartnerEndpoint | undefined {
  if (!SECRET_SCANNING_PUBLIC_KEYS) return undefined;
  return createPartnerEndpoint({
    keys: readPartnerKeys(SECRET_SCANNING_PUBLIC_KEYS),
    report: (matches) => reportFromPartner(administration, matches),
    logger,
  });
}
