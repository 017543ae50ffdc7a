import { codedError } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/uuid.ts';
import { encodeGlobalId, type GlobalId, idWithin } from '../../shared/global-id.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { CityRef } from './city.ts';
import type { CityRow } from './city-columns.ts';
import { addCityInputs, refuseNulls } from './city-inputs.ts';

export function addCityMutations(builder: PlacesBuilder, City: CityRef): void {
  const { CreateCityInput, UpdateCityInput, UpsertCityInput, DeleteCityInput } = addCityInputs(builder);

  const CreateCityPayload = builder.objectRef<{ city: CityRow }>('CreateCityPayload').implement({
    fields: (t) => ({ city: t.expose('city', { type: City }) }),
  });
  const UpdateCityPayload = builder.objectRef<{ city: CityRow }>('UpdateCityPayload').implement({
    fields: (t) => ({ city: t.expose('city', { type: City }) }),
  });
  const UpsertCityPayload = builder.objectRef<{ city: CityRow; created: boolean }>('UpsertCityPayload').implement({
    fields: (t) => ({
      city: t.expose('city', { type: City }),
      created: t.exposeBoolean('created', { nullable: false }),
    }),
  });
  const DeleteCityPayload = builder.objectRef<{ deletedCityId: string }>('DeleteCityPayload').implement({
    fields: (t) => ({ deletedCityId: t.exposeID('deletedCityId', { nullable: false }) }),
  });

  builder.mutationFields((t) => ({
    createCity: t.field({
      type: CreateCityPayload,
      nullable: false,
      privilege: { verbs: ['write'] },
      args: { input: t.arg({ type: CreateCityInput, required: true }) },
      resolve: async (_root, { input }, { places }) => ({ city: await places.cityWriter.create(refuseNulls(input)) }),
    }),
    updateCity: t.field({
      type: UpdateCityPayload,
      nullable: false,
      privilege: { verbs: ['update'] },
      args: { input: t.arg({ type: UpdateCityInput, required: true }) },
      resolve: async (_root, { input: { id, ...values } }, { places }) => ({
        city: await places.cityWriter.update(existingId(id), refuseNulls(values)),
      }),
    }),
    upsertCity: t.field({
      type: UpsertCityPayload,
      nullable: false,
      privilege: { verbs: ['write', 'update'] },
      args: { input: t.arg({ type: UpsertCityInput, required: true }) },
      resolve: (_root, { input: { id, ...values } }, { places }) =>
        places.cityWriter.upsert(id ? chosenId(id) : undefined, refuseNulls(values)),
    }),
    deleteCity: t.field({
      type: DeleteCityPayload,
      nullable: false,
      privilege: { verbs: ['update'], deletes: 'City' },
      args: { input: t.arg({ type: DeleteCityInput, required: true }) },
      resolve: async (_root, { input }, { places }) => {
        const id = existingId(input.id);
        await places.cityWriter.delete(id);
        return { deletedCityId: encodeGlobalId('City', id) };
      },
    }),
  }));
}

/** Of a city that must be there. */
function existingId(globalId: GlobalId): string {
  const id = idWithin('City', globalId);
  if (id !== undefined && isUuid(id)) return id;
  throw codedError('NOT_FOUND', 'There is no such city.');
}

/** Of a city that may yet be made. */
function chosenId(globalId: GlobalId): string {
  const id = idWithin('City', globalId);
  if (id !== undefined && isUuid(id)) return id;
  throw codedError('BAD_USER_INPUT', '"input.id": must be the global id of a city.', { argument: ['input', 'id'] });
}
