import SchemaBuilder, {
  BasePlugin,
  type EnumValues,
  type FieldNullability,
  type FieldRequiredness,
  type InputFieldMap,
  type InputType,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type PothosTypeConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import { declarationIn, optionsOf, refuseMisspelt } from '../plan/builder-options.ts';
import type { CostDeclaration, RateLimitDeclaration, TypeDeclaration } from '../plan/declarations.ts';
import { declaring } from '../plan/declared.ts';

/** For the builder's `plugins`. Importing this file registers it. */
export const fieldpassCostPlugin = 'fieldpassCost';

/** Weight of each instance of a type, of an argument, or of an input field, in points. */
type WeightDeclaration = Pick<TypeDeclaration, 'weight'>;

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      fieldpassCost: FieldpassCostPlugin<Types>;
    }
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /** Price of one call, in points, and how long the list can be. */
      cost?: CostDeclaration;
      /** How often one key may call the field. */
      rateLimit?: RateLimitDeclaration;
    }
    interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown> {
      /** Price of one instance, in points; 1 unless declared. */
      cost?: WeightDeclaration;
    }
    interface ScalarTypeOptions<
      Types extends SchemaTypes = SchemaTypes,
      ScalarInputShape = unknown,
      ScalarOutputShape = unknown,
    > {
      cost?: WeightDeclaration;
    }
    interface EnumTypeOptions<
      Types extends SchemaTypes = SchemaTypes,
      Values extends EnumValues<Types> = EnumValues<Types>,
    > {
      cost?: WeightDeclaration;
    }
    interface InputFieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      Type extends InputType<Types> | [InputType<Types>] = InputType<Types> | [InputType<Types>],
      Req extends FieldRequiredness<Type> = FieldRequiredness<Type>,
    > {
      /** Added to the price of the field when it is given; may be negative. */
      cost?: WeightDeclaration;
    }
  }
}

/** Writes what is declared to `extensions.fieldpass`, where `compileSchema` reads it. */
class FieldpassCostPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const coordinate = `${config.parentType}.${config.name}`;
    refuseMisspelt(coordinate, config.pothosOptions, optionsOf.field);
    const { cost, rateLimit } = config.pothosOptions;
    return { ...config, extensions: declaring(config.extensions, { cost, rateLimit }) };
  }

  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    const coordinate = `${config.parentType}.${config.name}`;
    refuseMisspelt(coordinate, config.pothosOptions, optionsOf.input);
    const cost = declarationIn(coordinate, 'cost', config.pothosOptions.cost);
    return { ...config, extensions: declaring(config.extensions, cost) };
  }

  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    refuseMisspelt(config.name, config.pothosOptions, optionsOf.type);
    const given = 'cost' in config.pothosOptions ? config.pothosOptions.cost : undefined;
    return { ...config, extensions: declaring(config.extensions, declarationIn(config.name, 'cost', given)) };
  }
}

SchemaBuilder.registerPlugin(fieldpassCostPlugin, FieldpassCostPlugin);
