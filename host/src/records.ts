/**
 * What the application asked of a desktop that is not there. Tests that run on the host only read it as
 * `require("electron").__host`; tests for both runtimes replace the function of the API instead.
 */
export interface Records {
  readonly notifications: unknown[];
  readonly trays: unknown[];
  readonly popups: unknown[];
  readonly opened: string[];
  readonly shown: string[];
  readonly trashed: string[];
  readonly drags: unknown[];
  readonly messageBoxes: unknown[];
  readonly errorBoxes: { readonly title: string; readonly content: string }[];
  beeps: number;
}

export function createRecords(): Records {
  return {
    notifications: [],
    trays: [],
    popups: [],
    opened: [],
    shown: [],
    trashed: [],
    drags: [],
    messageBoxes: [],
    errorBoxes: [],
    beeps: 0,
  };
}
