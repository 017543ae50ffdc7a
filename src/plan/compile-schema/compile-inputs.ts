import {
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { nearestName } from '../../kernel/nearest-name.ts';
import type { CompiledInput, CompiledInputField, PrivilegeBit } from '../compiled-schema.ts';
import type { InputFieldDeclaration } from '../declarations.ts';
import { privilegeBit } from '../privilege-bit.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import type { Verb } from '../verb.ts';
import {
  entityByName,
  fieldInUpperCase,
  type InputPosition,
  isNeutralName,
  isOrderEnum,
  positionBelow,
} from './input-position.ts';
import type { Coordinates } from './number-coordinates.ts';
import { readEnumValue, readInputField, readInputType } from './read-declarations.ts';
import { type InputObjectInProgress, settleInputs } from './settle-inputs.ts';
import { isStructural } from './structural-input.ts';
import { objectTypes, type ProvenStructure } from './structure.ts';
import { weightOfInput } from './weights.ts';

type Needs = Readonly<Record<Verb, readonly PrivilegeBit[]>>;
const noNeeds: Needs = { read: [], write: [], update: [] };

export interface InputCompiler {
  /** What a value of the type needs below itself; `undefined` when it is a leaf that needs nothing. */
  compile(type: GraphQLInputType, position: InputPosition): CompiledInput | undefined;
  /** Call once, after the last `compile`. */
  finish(): ReadonlyMap<string, CompiledInput>;
}

export function inputCompiler(
  schema: GraphQLSchema,
  structure: ProvenStructure,
  coordinates: Coordinates,
  problems: ProblemList,
): InputCompiler {
  const compiled = new Map<string, CompiledInput>();
  const byName = new Map<string, CompiledInput>();
  const inProgress: InputObjectInProgress[] = [];

  return {
    compile,
    finish() {
      settleInputs(inProgress);
      return byName;
    },
  };

  function compile(type: GraphQLInputType, position: InputPosition): CompiledInput | undefined {
    const named = getNamedType(type);
    if (isEnumType(named)) return compileEnum(named, position);
    return isInputObjectType(named) ? compileObject(named, position) : undefined;
  }

  function compileEnum(type: GraphQLEnumType, { mode, entity }: InputPosition): CompiledInput | undefined {
    const needs = new Map<string, readonly PrivilegeBit[]>();
    const isOrder = mode === 'LOOKUP' && isOrderEnum(type, entity);
    for (const value of type.getValues()) {
      const declaredAt = `${type.name}.${value.name}`;
      const field = isOrder ? fieldInUpperCase(value.name, entity) : undefined;
      const looksAt = readEnumValue(value).looksAt ?? (field === undefined ? [] : [`${entity?.name}.${field}`]);
      const bits = looksAt.flatMap((text) => coordinates.bitsOf(text, 'read', declaredAt));
      if (bits.length > 0) needs.set(value.name, bits);
    }
    if (needs.size === 0) return undefined;
    const result: CompiledInput = { kind: 'ENUM', name: type.name, needs };
    byName.set(type.name, result);
    return result;
  }

  function compileObject(type: GraphQLInputObjectType, position: InputPosition): CompiledInput {
    const here = meaningOf(type, position);
    const key = `${type.name}|${here.mode}|${here.entity?.name ?? ''}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const object: InputObjectInProgress = {
      kind: 'INPUT_OBJECT',
      name: type.name,
      fields: new Map(),
      inert: true,
      judged: false,
    };
    compiled.set(key, object);
    byName.set(type.name, object);
    inProgress.push(object);
    for (const field of Object.values(type.getFields())) object.fields.set(field.name, compileField(type, field, here));
    return object;
  }

  /** A type's own declaration decides; the position only fills what it leaves open. */
  function meaningOf(type: GraphQLInputObjectType, position: InputPosition): InputPosition {
    const declared = readInputType(type);
    const entity = declared.entity === undefined ? undefined : schema.getType(declared.entity);
    if (declared.entity !== undefined && !isObjectType(entity)) {
      const nearest = nearestName(
        declared.entity,
        objectTypes(schema).map(({ name }) => name),
      );
      problems.report(
        'UNKNOWN_NAME',
        type.name,
        `declares the entity "${declared.entity}", which is no object type${nearest ? `; did you mean "${nearest}"?` : ''}`,
      );
    }
    const own = isObjectType(entity) ? entity : undefined;
    switch (declared.use) {
      case 'OPERATOR':
        return { mode: 'OPERATOR', entity: undefined };
      case 'FILTER':
        return { mode: 'LOOKUP', entity: own ?? position.entity };
      case 'SET':
        return { mode: 'VALUES', entity: own ?? entityByName(type, schema) };
      default: {
        const mode = own !== undefined && position.mode === 'OPERATOR' ? 'LOOKUP' : position.mode;
        if (mode === 'VALUES') return { mode, entity: own ?? entityByName(type, schema) };
        return { mode, entity: own ?? position.entity };
      }
    }
  }

  function compileField(
    type: GraphQLInputObjectType,
    field: GraphQLInputField,
    here: InputPosition,
  ): CompiledInputField {
    const declared = readInputField(field);
    const named = getNamedType(field.type);
    const below = positionBelow(type, field, here, declared, structure);
    return {
      name: field.name,
      type: field.type,
      needs: needsOf(type, field, here, declared),
      input: compile(field.type, isEnumType(named) ? { ...below, entity: here.entity } : below),
      weight: weightOfInput(declared.weight, field.type, `${type.name}.${field.name}`, problems),
    };
  }

  function needsOf(
    type: GraphQLInputObjectType,
    field: GraphQLInputField,
    { mode, entity }: InputPosition,
    declared: InputFieldDeclaration,
  ): Needs {
    const text = `${type.name}.${field.name}`;
    const read = (names: readonly string[]): Needs => {
      const bits = names.flatMap((name) => coordinates.bitsOf(name, 'read', text));
      return { read: bits, write: bits, update: bits };
    };
    if (declared.looksAt !== undefined) return read(declared.looksAt);
    const match = declared.sets ?? (entity?.getFields()[field.name] ? `${entity.name}.${field.name}` : undefined);
    if (mode === 'OPERATOR' && declared.sets === undefined) return noNeeds;
    if (mode === 'LOOKUP') {
      if (match !== undefined) return read([match]);
      if (!isStructural(type, field, entity)) reportUnknownLookup(text, entity);
      return noNeeds;
    }
    if (match !== undefined && (declared.sets !== undefined || !isNeutralName(field.name, field.type))) {
      const bits = (verb: Verb) => coordinates.bitsOf(match, verb, text);
      return { read: bits('read'), write: bits('write'), update: bits('update') };
    }
    if (isNeutralName(field.name, field.type)) return noNeeds;
    const own = coordinates.ofInput(type.name, field.name);
    return {
      read: [privilegeBit(own, 'read')],
      write: [privilegeBit(own, 'write')],
      update: [privilegeBit(own, 'update')],
    };
  }

  function reportUnknownLookup(text: string, entity: GraphQLObjectType | undefined): void {
    const where = entity === undefined ? 'no entity is declared for its type' : `${entity.name} has no such field`;
    problems.report(
      'UNDECLARED_ARGUMENT',
      text,
      `says not which field it looks at (${where}); declare looksAt or sets`,
    );
  }
}
