// What require("electron") gives in the main process; module-hooks.ts leads here.
module.exports = globalThis[Symbol.for("electron-host")];
