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
import { declarationIn, optionsOf, refuseMisspelt } from '../../plan/builder-options.ts';
import type { FieldDeclaration, TypeDeclaration } from '../../plan/declarations.ts';
import { declaredIn, declaring } from '../../plan/declared.ts';
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
    refuseMisspelt(config.name, config.pothosOptions, optionsOf.type);
    const { open, entity, use } = config.pothosOptions as { open?: boolean; entity?: string; use?: string };
    return { ...config, extensions: declaring(config.extensions, { open, entity, use }) };
  }

  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    refuseMisspelt(`${config.parentType}.${config.name}`, config.pothosOptions, optionsOf.input);
    const { looksAt, sets } = config.pothosOptions;
    return { ...config, extensions: declaring(config.extensions, { looksAt, sets }) };
  }

  override onEnumValueConfig(config: PothosEnumValueConfig<Types>): PothosEnumValueConfig<Types> {
    const options = config.pothosOptions ?? {};
    refuseMisspelt(String(config.value), options, optionsOf.enumValue);
    return { ...config, extensions: declaring(config.extensions, { looksAt: options.looksAt }) };
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const coordinate = `${config.parentType}.${config.name}`;
    refuseMisspelt(coordinate, config.pothosOptions, optionsOf.field);
    const privilege = declarationIn(coordinate, 'privilege', config.pothosOptions.privilege);
    const declared = { ...config, extensions: declaring(config.extensions, privilege) };
    const { open, transparent } = declaredIn<FieldDeclaration>(declared.extensions);
    if (open || transparent || this.isOpenType(config.parentType)) return declared;
    return guardedByAccess(declared, this.verbsOf(declared));
  }

  /** A stream is opened by `subscribe`, before scope-auth is asked for the first event. */
  override wrapSubscribe(
    subscribe: Resolve<Types> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): Resolve<Types> | undefined {
    const isGuarded = config.kind === 'Subscription' && !declaredIn<FieldDeclaration>(config.extensions).open;
    if (subscribe === undefined || !isGuarded) return subscribe;
    return (parent, args, context, info) => {
      if (!mayUse(context, ['read'], info)) throw unauthorized();
      return subscribe(parent, args, context, info);
    };
  }

  private verbsOf(config: PothosOutputFieldConfig<Types>): readonly Verb[] {
    const { verbs = [] } = declaredIn<FieldDeclaration>(config.extensions);
    return config.kind === 'Mutation' ? verbs : ['read'];
  }

  private isOpenType(name: string): boolean {
    return declaredIn<TypeDeclaration>(this.buildCache.getTypeConfig(name).extensions).open === true;
  }
}
