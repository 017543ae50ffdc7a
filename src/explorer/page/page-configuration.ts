/** What the server writes into the page: nothing secret, and nothing taken from a request. */
export interface PageConfiguration {
  readonly surface: 'API' | 'MANAGEMENT';
  readonly title: string;
}

/** Reads the JSON of the page's `<script id="fieldpass">`. */
export function readPageConfiguration(json: string): PageConfiguration {
  const { surface, title }: Partial<Record<keyof PageConfiguration, unknown>> = JSON.parse(json);
  return {
    surface: surface === 'MANAGEMENT' ? 'MANAGEMENT' : 'API',
    title: typeof title === 'string' ? title : 'API',
  };
}
