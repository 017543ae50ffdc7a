/** One connection, used by one at a time; the engines differ below this line only. */
export interface Session {
  /**
   * Runs one statement. Rows are objects by column name, or arrays in the order of the columns. Rejects with
   * `DatabaseError` or `DatabaseUnavailable`, and never settles by itself when the server does not answer.
   */
  send(text: string, parameters: readonly unknown[], shape: RowShape): Promise<unknown[]>;
  /** False once the connection is lost or was cut. */
  readonly usable: boolean;
  /** Gives the connection up at once; what it was doing rejects. */
  cut(): void;
  /** Ends the connection politely. */
  close(): Promise<void>;
}

export type RowShape = 'objects' | 'arrays';
