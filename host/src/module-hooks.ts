import { registerHooks } from "node:module";

const GLOBAL = "electron-host";
const NAMES = new Set(["electron", "electron/main", "electron/common", "node:electron"]);
const ESM = "electron-host:esm";
const CJS = new URL("./electron.cjs", import.meta.url).href;

/** `import … from "electron"` and `require("electron")` in this process give the host's module. */
export function installElectronModule(electron: object): void {
  Reflect.set(globalThis, Symbol.for(GLOBAL), electron);
  const members = Object.keys(electron).join(", ");
  const source = `const electron = globalThis[Symbol.for("${GLOBAL}")];
export const { ${members} } = electron;
export default electron;`;
  registerHooks({
    resolve(specifier, context, next) {
      if (!NAMES.has(specifier)) {
        return next(specifier, context);
      }
      const isImport = context.conditions.includes("import");
      return { url: isImport ? ESM : CJS, shortCircuit: true };
    },
    load(url, context, next) {
      return url === ESM ? { format: "module", source, shortCircuit: true } : next(url, context);
    },
  });
}
