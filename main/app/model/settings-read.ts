import { settingsSchema } from "../../../shared/ipc/contract.ts";
import type { Settings } from "../../../shared/model/settings.ts";

/** Settings as they were kept; what cannot be understood is as if it had never been set. */
export function readSettings(text: string | undefined, defaults: Settings): Settings {
  const kept = readObject(text);
  const good = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const value = schema.safeParse(kept[name]);
    return value.success && kept[name] !== undefined ? [[name, value.data] as const] : [];
  });
  return { ...defaults, ...Object.fromEntries(good) };
}

/** An object out of a text that this program or another one wrote; empty when it is none. */
export function readObject(text: string | undefined): Readonly<Record<string, unknown>> {
  const value = readJson(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function readJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
