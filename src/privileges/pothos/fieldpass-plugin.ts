import {
  BasePlugin,
  type PothosEnumValueConfig,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  PothosSchemaError,
  type PothosTypeConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { extensionName, type FieldDeclaration } from '../../plan/declarations.ts';
import type { Verb } from '../../plan/verb.ts';
import { guardedByAccess, mayUse, unauthorized } from './backstop.ts';

type Resolve<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

/**
 * Writes what is declared to `extensions.fieldpass`, where `compileSchema` reads it, and has scope-auth ask the caller's
 * access on every output field that is not declared open or transparent: a second opinion, at execution, by the name of
 * the type that is really there. It holds when the plan is wrong.
 */
export class FieldpassPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override beforeBuild(): void {
    if (!('scopeAuth' in this.builder.options) || !this.builder.options['scopeAuth' as never]) {
      throw new PothosSchemaError('The fieldpass plugin needs @pothos/plugin-scope-auth among the plugins');
    }
  }

  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    const { open, entity, use } = config.pothosOptions as { open?: boolean; entity?: string; use?: string };
    return declaring(config, { open, entity, use });
  }

  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    const { looksAt, sets } = config.pothosOptions;
    return declaring(config, { looksAt, sets });
  }

  override onEnumValueConfig(config: PothosEnumValueConfig<Types>): PothosEnumValueConfig<Types> {
    return declaring(config, { looksAt: config.pothosOptions?.looksAt });
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const declared = declaring(config, { ...config.pothosOptions.privilege });
    const declaration = declarationOf(declared);
    if (declaration.open || declaration.transparent || this.isOpenType(config.parentType)) return declared;
    return guardedByAccess(declared, this.verbsOf(declared));
  }

  /** A stream is opened by `subscribe`, before scope-auth is asked for the first event. */
  override wrapSubscribe(
    subscribe: Resolve<Types> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): Resolve<Types> | undefined {
    const isGuarded = config.kind === 'Subscription' && !declarationOf(config).open;
    if (subscribe === undefined || !isGuarded) return subscribe;
    return (parent, args, context, info) => {
      if (!mayUse(context, ['read'], info)) throw unauthorized();
      return subscribe(parent, args, context, info);
    };
  }

  private verbsOf(config: PothosOutputFieldConfig<Types>): readonly Verb[] {
    const { verbs = [] } = declarationOf(config);
    return config.kind === 'Mutation' ? verbs : ['read'];
  }

  private isOpenType(name: string): boolean {
    const extensions = this.buildCache.getTypeConfig(name).extensions;
    return (extensions?.[extensionName] as { open?: boolean } | undefined)?.open === true;
  }
}

interface Extended {
  extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

function declarationOf({ extensions }: Extended): FieldDeclaration {
  return (extensions?.[extensionName] ?? {}) as FieldDeclaration;
}

/** Adds to what stands there already, by other plugins or by hand. */
function declaring<Config extends Extended>(config: Config, declaration: Readonly<Record<string, unknown>>): Config {
  const given = Object.entries(declaration).filter(([, value]) => value !== undefined);
  if (given.length === 0) return config;
  const fieldpass = { ...declarationOf(config), ...Object.fromEntries(given) };
  return { ...config, extensions: { ...config.extensions, [extensionName]: fieldpass } };
}
