/** The part of autocannon 8 that the benchmark uses; it brings no types. */
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
  }
  interface Instance extends Promise<unknown> {
    on(event: 'response', listen: (client: unknown, status: number, bytes: number, ms: number) => void): this;
    on(event: 'reqError', listen: (error: Error) => void): this;
  }
  const autocannon: (options: Options) => Instance;
  export = autocannon;
}
