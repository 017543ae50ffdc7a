import type {
  FieldNullability,
  FieldRequiredness,
  InputFieldMap,
  InputType,
  SchemaTypes,
  TypeParam,
} from '@pothos/core';
import type {
  CoordinateText,
  EnumValueDeclaration,
  FieldDeclaration,
  InputTypeDeclaration,
} from '../../plan/declarations.ts';
import type { FieldpassPlugin } from './fieldpass-plugin.ts';

/** Who may use a field: `FieldDeclaration` without what other options declare. */
export type PrivilegeOptions = Omit<FieldDeclaration, 'cost' | 'rateLimit'>;

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      fieldpass: FieldpassPlugin<Types>;
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
      /** Who may use the field; without it, whoever may `read` it. A mutation must declare its verbs. */
      privilege?: PrivilegeOptions;
    }
    interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown> {
      /** Every field is readable by every valid key, now and later. */
      open?: boolean;
    }
    interface InputObjectTypeOptions<
      Types extends SchemaTypes = SchemaTypes,
      Fields extends InputFieldMap = InputFieldMap,
    > {
      /** The object type whose fields the input fields set, filter or order by. */
      entity?: string;
      use?: NonNullable<InputTypeDeclaration['use']>;
    }
    interface InputFieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      Type extends InputType<Types> | [InputType<Types>] = InputType<Types> | [InputType<Types>],
      Req extends FieldRequiredness<Type> = FieldRequiredness<Type>,
    > {
      /** Fields that it filters, orders or searches by, or by which it finds what to change; `[]`: nothing. */
      looksAt?: readonly CoordinateText[];
      /** The field whose value it sets, when that is not the entity's field of the same name. */
      sets?: CoordinateText;
    }
    interface EnumValueConfig<Types extends SchemaTypes> {
      /** Fields that an order or a grouping by this value reads. */
      looksAt?: NonNullable<EnumValueDeclaration['looksAt']>;
    }
  }
}
