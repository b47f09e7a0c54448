import { account } from "./en/account.ts";
import { actions } from "./en/actions.ts";
import { failures } from "./en/failures.ts";
import { files } from "./en/files.ts";
import { messages } from "./en/messages.ts";
import { problems } from "./en/problems.ts";
import { sharing } from "./en/sharing.ts";
import { shell } from "./en/shell.ts";

/** Everything that the program says beside its windows' own texts, in English. */
export const english = {
  account,
  actions,
  failures,
  files,
  messages,
  problems,
  sharing,
  shell,
} as const;

export type Catalogue = typeof english;
