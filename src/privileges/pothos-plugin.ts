import './pothos/global-types.ts';
import SchemaBuilder from '@pothos/core';
import { FieldpassPlugin } from './pothos/fieldpass-plugin.ts';

/** For the builder's `plugins`, beside scope-auth. Importing this file registers it. */
export const fieldpassPlugin = 'fieldpass';

SchemaBuilder.registerPlugin(fieldpassPlugin, FieldpassPlugin);
