import type { GraphQLSchema } from 'graphql';
import { createBuilder } from '../shared/builder.ts';
import { durationScalar } from '../shared/scalars/duration.ts';
import { jsonScalar } from '../shared/scalars/json.ts';
import { addApiKeyType } from './api-key/api-key.ts';
import { addApiKeyEnums } from './api-key/api-key-enums.ts';
import { addApiKeyFilter } from './api-key/api-key-filter.ts';
import { addApiKeyQueries } from './api-key/api-key-queries.ts';
import { addCreateApiKey } from './api-key/create-api-key.ts';
import { addDeleteApiKey } from './api-key/delete-api-key.ts';
import { addDisableApiKey } from './api-key/disable-api-key.ts';
import { addEnableApiKey } from './api-key/enable-api-key.ts';
import { addEnforcement } from './api-key/enforcement.ts';
import { addRevokeApiKey } from './api-key/revoke-api-key.ts';
import { addUpdateApiKey } from './api-key/update-api-key.ts';
import { addApplicationType } from './application/application.ts';
import { addApplicationQueries } from './application/application-queries.ts';
import { addCreateApplication } from './application/create-application.ts';
import { addDeleteApplication } from './application/delete-application.ts';
import { addUpdateApplication } from './application/update-application.ts';
import type { ManagementContext } from './context.ts';
import { addExplainRequest } from './explain/explain-request.ts';
import { addLookupApiKey } from './lookup/lookup-api-key.ts';
import { addOrderDirection } from './order.ts';
import { addRequiredPrivileges } from './required-privileges/required-privileges.ts';
import { addOperationType } from './restrictions/operation-type.ts';
import { addRestrictionInputs } from './restrictions/restriction-inputs.ts';
import { addRestrictionTypes } from './restrictions/restriction-types.ts';
import { addRoleType } from './role/role.ts';
import { addRoleMutations } from './role/role-mutations.ts';
import { addRoleQueries } from './role/role-queries.ts';
import { addThrottle } from './throttle/throttle.ts';

/** The schema of `/admin/graphql`. Its services come with each request's context. */
export function buildManagementSchema(): GraphQLSchema {
  const builder = createBuilder<ManagementContext>();
  builder.queryType();
  builder.mutationType();
  builder.addScalarType('Duration', durationScalar);
  builder.addScalarType('JSON', jsonScalar);
  const enums = addApiKeyEnums(builder);
  const OrderDirection = addOrderDirection(builder);
  const throttle = addThrottle(builder);
  const enforcement = addEnforcement(builder);
  const application = addApplicationType(builder, throttle);
  const Role = addRoleType(builder, enums);
  const ApiKey = addApiKeyType(builder, enums, application, throttle, enforcement, Role);
  const OperationType = addOperationType(builder);
  addRestrictionTypes(builder, ApiKey, OperationType);
  const RestrictionsInput = addRestrictionInputs(builder, OperationType);

  addApplicationQueries(builder, application, OrderDirection);
  addApiKeyQueries(builder, ApiKey, application, addApiKeyFilter(builder, enums, OrderDirection));

  addCreateApplication(builder, application, throttle);
  addUpdateApplication(builder, application, throttle);
  addDeleteApplication(builder, application);
  addCreateApiKey(builder, ApiKey, enums, throttle, enforcement, RestrictionsInput);
  addUpdateApiKey(builder, ApiKey, enums, throttle, enforcement, RestrictionsInput);
  addDisableApiKey(builder, ApiKey);
  addEnableApiKey(builder, ApiKey);
  addRevokeApiKey(builder, ApiKey);
  addDeleteApiKey(builder, ApiKey);
  addLookupApiKey(builder, ApiKey);
  addExplainRequest(builder, addRequiredPrivileges(builder));
  addRoleQueries(builder, Role, enums, OrderDirection);
  addRoleMutations(builder, Role, enums);
  return builder.toSchema();
}
