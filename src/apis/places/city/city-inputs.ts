import { z } from 'zod';
import { codedError } from '../../../kernel/errors.ts';
import { storableText } from '../../shared/text.ts';
import { latitudeRule, longitudeRule } from '../location/coordinates.ts';
import type { PlacesBuilder } from '../places-context.ts';

const rules = {
  name: storableText({ min: 1, max: 200 }),
  adminCode: storableText({ min: 1, max: 20 }),
  featureCode: z.string().regex(/^[A-Z][A-Z0-9]{1,9}$/, 'must be a GeoNames feature code such as PPL'),
  countryCode: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code such as FR'),
  population: z.int().min(0),
  editorNotes: storableText({ max: 5000 }),
  contributorEmail: z.email().max(254),
};

type InputFields = PothosSchemaTypes.InputFieldBuilder<PlacesBuilder['$inferSchemaTypes'], 'InputObject'>;

/** What a client may set; `required` where there must be enough to make a city of. */
function cityFields<Required extends boolean>(t: InputFields, required: Required) {
  return {
    name: t.string({ required, validate: rules.name }),
    alternateName: t.string({ validate: rules.name }),
    countryCode: t.string({ required, sets: 'City.country', validate: rules.countryCode }),
    population: t.int({ validate: rules.population }),
    adminCode: t.string({ validate: rules.adminCode }),
    featureCode: t.string({ validate: rules.featureCode }),
    latitude: t.float({ required, sets: 'City.location', validate: latitudeRule }),
    longitude: t.float({ required, sets: 'City.location', validate: longitudeRule }),
    editorNotes: t.string({ validate: rules.editorNotes }),
    contributorEmail: t.string({ validate: rules.contributorEmail }),
  };
}

export function addCityInputs(builder: PlacesBuilder) {
  const CreateCityInput = builder.inputType('CreateCityInput', {
    entity: 'City',
    use: 'SET',
    fields: (t) => cityFields(t, true),
  });
  const UpdateCityInput = builder.inputType('UpdateCityInput', {
    description: 'What is absent stays, null clears.',
    entity: 'City',
    use: 'SET',
    fields: (t) => ({ id: t.globalID({ required: true, looksAt: [] }), ...cityFields(t, false) }),
  });
  const UpsertCityInput = builder.inputType('UpsertCityInput', {
    description: 'The city with this id is changed, or created when there is none; without an id it is created.',
    entity: 'City',
    use: 'SET',
    fields: (t) => ({ id: t.globalID({ looksAt: [] }), ...cityFields(t, true) }),
  });
  const DeleteCityInput = builder.inputType('DeleteCityInput', {
    fields: (t) => ({ id: t.globalID({ required: true, looksAt: [] }) }),
  });
  return { CreateCityInput, UpdateCityInput, UpsertCityInput, DeleteCityInput };
}

/** What no city is without. */
const neverNull = ['name', 'countryCode', 'population', 'featureCode', 'latitude', 'longitude'] as const;
type NeverNull = (typeof neverNull)[number];

type Cleared<Input> = { [Name in keyof Input]: Name extends NeverNull ? Exclude<Input[Name], null> : Input[Name] };

/** @throws BAD_USER_INPUT for a null where a city must have a value; leaving the field out is possible */
export function refuseNulls<Input extends object>(input: Input): Cleared<Input> {
  const missing = neverNull.find(
    (name) => Object.hasOwn(input, name) && (input as Record<NeverNull, unknown>)[name] === null,
  );
  if (missing !== undefined) {
    throw codedError('BAD_USER_INPUT', `"input.${missing}": must not be null; leave it out instead.`, {
      argument: ['input', missing],
    });
  }
  return input as Cleared<Input>;
}
