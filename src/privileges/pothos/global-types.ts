import type {
  FieldNullability,
  FieldRequiredness,
  InputFieldMap,
  InputType,
  SchemaTypes,
  TypeParam,
} from '@pothos/core';
import type {
  EnumValueDeclaration,
  FieldDeclaration,
  InputFieldDeclaration,
  InputTypeDeclaration,
  TypeDeclaration,
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
    interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown>
      extends Pick<TypeDeclaration, 'open'> {}
    interface InputObjectTypeOptions<
      Types extends SchemaTypes = SchemaTypes,
      Fields extends InputFieldMap = InputFieldMap,
    > extends InputTypeDeclaration {}
    interface InputFieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      Type extends InputType<Types> | [InputType<Types>] = InputType<Types> | [InputType<Types>],
      Req extends FieldRequiredness<Type> = FieldRequiredness<Type>,
    > extends Omit<InputFieldDeclaration, 'weight'> {}
    interface EnumValueConfig<Types extends SchemaTypes> extends EnumValueDeclaration {}
  }
}
