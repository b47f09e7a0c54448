import { present } from "../../base/present.ts";
import type { DesktopPort } from "../ports.ts";
import { DONE, type Handlers } from "./answers.ts";

type DesktopRequests = Pick<Handlers, "text.copy" | "window.fit" | "window.showMain" | "app.quit">;

/** What windows ask of the desktop, and the engine only passes on. */
export function desktopHandlers(
  desktop: Pick<DesktopPort, "writeClipboard" | "fitPrompt" | "showMainWindow" | "answerQuit">,
): DesktopRequests {
  return {
    "text.copy": async ({ text }) => {
      await desktop.writeClipboard(text);
      return DONE;
    },
    "window.fit": ({ heightPx }) => {
      desktop.fitPrompt(heightPx);
      return DONE;
    },
    "window.showMain": (what) => {
      desktop.showMainWindow(present(what));
      return DONE;
    },
    "app.quit": ({ how }) => {
      desktop.answerQuit(how);
      return DONE;
    },
  };
}
