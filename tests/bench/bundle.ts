import { globSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "vite";

/**
 * Bundles the bench's processes as the application is bundled, so that neither time nor memory goes into reading
 * TypeScript.
 * @returns the program that `fork` starts
 */
export function bundleRole(root: string, folder: string): Promise<string> {
  return bundleProgram(root, folder, "role");
}

/** @param name of the program's source in this folder, without its ending */
export async function bundleProgram(root: string, folder: string, name: string): Promise<string> {
  const workers = globSync("main/**/*.worker.node.ts", { cwd: root }).map(
    (path): [string, string] => [basename(path, ".ts"), join(root, path)],
  );
  await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: true,
      target: "node24",
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: { [name]: join(root, `tests/bench/${name}.ts`), ...Object.fromEntries(workers) },
        external: [/^node:/],
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
      },
    },
  });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  return join(folder, `${name}.js`);
}
