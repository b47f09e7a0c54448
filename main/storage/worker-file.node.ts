import { existsSync } from "node:fs";

/**
 * Finds the file of a worker thread: beside its TypeScript source when that runs directly, else beside the bundle.
 * @param name `hash` for `hash.worker.node.ts`
 * @param here `import.meta.url` of a module in the worker's own folder
 */
export function workerFile(name: string, here: string): URL {
  const candidates = [
    `./${name}.worker.node.ts`,
    `./${name}.worker.node.js`,
    // A bundler may put shared code one folder below its entries.
    `../${name}.worker.node.js`,
  ].map((relative) => new URL(relative, here));
  const found = candidates.find((url) => existsSync(url));
  if (found === undefined)
    throw new Error(`the worker file of "${name}" is missing beside ${here}`);
  return found;
}
