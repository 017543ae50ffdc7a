import type { Arrival, Handled } from './arrival.ts';
import type { SurfaceName } from './route.ts';

/** A request to one of the two APIs, before anything of it was looked at but its headers. */
export interface WatchedRequest {
  readonly arrival: Arrival;
  readonly headers: Headers;
  readonly surface: SurfaceName;
  readonly path: string;
}

/** Whoever watches requests from the edge: metrics, traces, the access log. */
export interface RequestWatch {
  /** Runs `serve`, which never rejects, and answers with what it answers. */
  watch(request: WatchedRequest, serve: () => Promise<Handled>): Promise<Handled>;
}
