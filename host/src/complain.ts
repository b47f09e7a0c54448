import { inspect } from "node:util";

/** A line for who runs the application, as Electron writes them to its stderr. */
export function complain(message: string, cause?: unknown): void {
  const text = cause === undefined ? message : `${message} ${inspect(cause)}`;
  process.stderr.write(`${text}\n`);
}
