/** A reason why the process cannot start, in one line for people. Whoever catches it prints it and exits with code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(message: string, options?: ErrorOptions) {
    super(message.replace(/\s*\n\s*/g, ' '), options);
  }
}
