import fc from 'fast-check';
import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/**
 * Documents that parse and are otherwise anything: operations of every kind, fragments on types of every kind, conditions
 * of literals and variables everywhere, values of every kind anywhere, names of the schema and names that JavaScript's
 * objects have. Few of them are valid.
 */
export function randomDocuments(schema: GraphQLSchema): fc.Arbitrary<string> {
  const names = namesOf(schema);
  const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names.fields) }, fc.constantFrom(...hostileNames));
  const typeName = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...names.types) },
    fc.constantFrom(...hostileNames),
  );
  const variable = fc.constantFrom('x', 'y', ...hostileNames).map((text) => `$${text}`);
  const argumentName = fc.oneof(fc.constantFrom(...names.inputs), fc.constantFrom(...hostileNames));
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('1', '-0.5', '1e400', '"x"', '"""a"""', 'true', 'null', 'ASC', ...names.enumValues),
      variable,
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' ')}]`),
      fc
        .array(fc.tuple(argumentName, tie('value')), { maxLength: 3 })
        .map((fields) => `{ ${fields.map(([field, text]) => `${field}: ${text}`).join(' ')} }`),
    ),
  }));
  const args = fc
    .array(fc.tuple(argumentName, value), { maxLength: 3 })
    .map((given) => (given.length > 0 ? `(${given.map(([field, text]) => `${field}: ${text}`).join(' ')})` : ''));
  const directives = fc
    .array(
      fc.oneof(
        fc.tuple(fc.constantFrom('skip', 'include'), value).map(([directive, text]) => `@${directive}(if: ${text})`),
        fc.constantFrom(
          '@skip',
          '@deprecated',
          '@oneOf',
          '@specifiedBy(url: 1)',
          '@constructor',
          '@include(unless: true)',
        ),
      ),
      { maxLength: 2 },
    )
    .map((all) => all.join(' '));
  const { selection } = fc.letrec<{ selection: string }>((tie) => {
    const set = fc.array(tie('selection'), { minLength: 1, maxLength: 4 }).map((all) => `{ ${all.join(' ')} }`);
    return {
      selection: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.tuple(name, args, directives).map((parts) => parts.join(' ')),
        fc.constantFrom('...A', '...B', '...constructor', '__typename', '__schema', '__type'),
        fc
          .tuple(fc.option(name, { nil: undefined }), name, args, directives, set)
          .map(([alias, field, ...rest]) => `${alias === undefined ? '' : `${alias}: `}${field} ${rest.join(' ')}`),
        fc.tuple(typeName, directives, set).map(([type, ...rest]) => `... on ${type} ${rest.join(' ')}`),
        fc.tuple(directives, set).map((parts) => `... ${parts.join(' ')}`),
      ),
    };
  });
  const set = fc.array(selection, { minLength: 1, maxLength: 4 }).map((all) => `{ ${all.join(' ')} }`);
  const variableType = fc
    .tuple(typeName, fc.constantFrom('T', 'T!', '[T]', '[T!]!'))
    .map(([type, form]) => form.replace('T', type));
  const constant = value.map((text) => text.replaceAll(/\$\w+/g, '1'));
  const definitions = fc
    .array(fc.tuple(variable, variableType, fc.option(constant, { nil: undefined }), directives), { maxLength: 3 })
    .map((all) => {
      const texts = all.map(
        ([own, type, text, on]) =>
          `${own}: ${type} ${text === undefined ? '' : `= ${text}`} ${on.replaceAll(/\$\w+/g, '1')}`,
      );
      return texts.length > 0 ? `(${texts.join(' ')})` : '';
    });
  const operation = fc
    .tuple(
      fc.constantFrom('query', 'mutation', 'subscription'),
      fc.constantFrom('', 'Q', '__proto__'),
      definitions,
      directives,
      set,
    )
    .map((parts) => parts.join(' '));
  const fragment = fc
    .tuple(fc.constantFrom('A', 'B', 'constructor'), typeName, directives, set)
    .map(([own, type, ...rest]) => `fragment ${own} on ${type} ${rest.join(' ')}`);
  const definition = fc.constantFrom('type T { a: Int }', 'extend schema @x', 'directive @d on FIELD', 'enum E { A }');
  return fc
    .array(fc.oneof({ weight: 5, arbitrary: operation }, { weight: 3, arbitrary: fragment }, definition), {
      minLength: 1,
      maxLength: 4,
    })
    .map((all) => all.join('\n'));
}

const hostileNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__typename',
  '__schema',
  'zz',
];

function namesOf(schema: GraphQLSchema) {
  const fields = new Set<string>();
  const inputs = new Set<string>(['if', 'input', 'first']);
  const enumValues = new Set<string>();
  const types = Object.values(schema.getTypeMap());
  for (const type of types) {
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        fields.add(field.name);
        for (const argument of field.args) {
          inputs.add(argument.name);
          const named = getNamedType(argument.type);
          if (isInputObjectType(named)) for (const input of Object.keys(named.getFields())) inputs.add(input);
        }
      }
    }
    if (isEnumType(type)) for (const { name } of type.getValues()) enumValues.add(name);
  }
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const rootFields = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}));
  return {
    // Root fields often, so that something lies below them.
    fields: [...fields, ...rootFields, ...rootFields, ...rootFields],
    inputs: [...inputs],
    enumValues: [...enumValues],
    types: types.map(({ name }) => name),
  };
}
