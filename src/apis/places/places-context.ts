import type { Builder } from '../shared/builder.ts';
import type { CallerContext } from '../shared/context.ts';
import type { Places } from './places-services.ts';

/** What the resolvers of the Places API see. One per operation: dataloaders cache by it. */
export interface PlacesContext extends CallerContext {
  readonly places: Places;
}

export type PlacesBuilder = Builder<PlacesContext>;
