import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { declarationShapes, directiveShapes, shapeProblems } from '../declaration-shapes.ts';
import { extensionName } from '../declarations.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import { directivesOf, valuesOf, type Written } from './read-declarations.ts';

type Shape = Parameters<typeof shapeProblems>[1];

interface Extended extends Written {
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * Reports declarations under names that mean nothing, and values that nothing can be made of. A misspelt `explicit` that
 * were silently left out would open what its author meant to close (cf. GHSA-g8jh-vg5j-4h3f: renamed directives were
 * ignored), and a verb that does not exist has the bit of another coordinate.
 */
export function checkDeclarations(schema: GraphQLSchema, problems: ProblemList): void {
  const shapes = declarationShapes;
  check(schema, 'schema', shapes.schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    const { name } = type;
    check(type, name, isInputObjectType(type) ? shapes.inputType : shapes.type);
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(field, `${name}.${field.name}`, shapes.field);
        for (const argument of field.args) check(argument, `${name}.${field.name}(${argument.name}:)`, shapes.argument);
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(field, `${name}.${field.name}`, shapes.inputField);
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) check(value, `${name}.${value.name}`, shapes.enumValue);
    }
  }

  function check(element: Extended, coordinate: string, shape: Shape): void {
    const declared = element.extensions[extensionName];
    if (declared !== undefined) report(declared, coordinate, shape);
    for (const directive of directivesOf(element)) {
      const name = directive.name.value;
      if (!isRead(name)) continue;
      const { shape: ofDirective, known } = directiveShapes[name];
      // An API may have a directive of that name which is something else.
      const own = schema.getDirective(name)?.args.map((argument) => argument.name);
      if (own && !known.every((argument) => own.includes(argument))) continue;
      report(valuesOf(directive), coordinate, ofDirective);
    }
  }

  function report(declared: unknown, coordinate: string, shape: Shape): void {
    for (const { message } of shapeProblems(declared, shape))
      problems.report('INVALID_DECLARATION', coordinate, message);
  }
}

function isRead(name: string): name is keyof typeof directiveShapes {
  return Object.hasOwn(directiveShapes, name);
}
