import type { MessageEvent } from "../../../shared/model/client-events.ts";
import type { AppStore } from "../../base/app-store.ts";
import type { Clock, Random } from "../../base/ports.ts";
import { randomToken } from "../../base/tokens.ts";
import { rebuiltText } from "../../compose/rebuilt-text.ts";
import { readNotices, withNotice } from "../model/notices.ts";
import { readJson } from "../model/settings-read.ts";
import { DONE, gone, type Handlers } from "./answers.ts";
import type { StateDesk } from "./state-desk.ts";

export interface NoticeDeskParts {
  readonly store: AppStore;
  readonly state: StateDesk;
  readonly clock: Clock;
  readonly random: Random;
  readonly nameOf: (uri: string, displayName?: string) => string;
}

const SETTING = "app.notices";

/** What others ask for in words, until the user puts it away. */
export class NoticeDesk {
  readonly #parts: NoticeDeskParts;

  constructor(parts: NoticeDeskParts) {
    this.#parts = parts;
    const kept = parts.store.setting(SETTING);
    parts.state.change({ notices: readNotices(readJson(kept.ok ? kept.value : undefined)) });
    const { setAside } = parts.store;
    if (setAside !== undefined) this.#tell(rebuiltText(setAside));
  }

  readonly handlers: Pick<Handlers, "notice.dismiss"> = {
    "notice.dismiss": ({ id }) => {
      const { notices } = this.#parts.state.current;
      const left = notices.filter((notice) => notice.id !== id);
      if (left.length === notices.length) return gone("message");
      this.#show(left);
      return DONE;
    },
  };

  said({ from, fromName, text }: MessageEvent): void {
    const { state, clock, random, nameOf } = this.#parts;
    const { notices } = state.current;
    const next = withNotice(notices, {
      ...{ id: randomToken(random, 10), from, text, atMs: clock.wallMs() },
      fromName: nameOf(from, fromName),
    });
    if (next !== notices) this.#show(next);
  }

  /** Words of this program itself: from nobody. */
  #tell(text: string): void {
    const { state, clock, random } = this.#parts;
    const { notices } = state.current;
    const id = randomToken(random, 10);
    const next = withNotice(notices, { id, from: "", fromName: "", text, atMs: clock.wallMs() });
    if (next !== notices) this.#show(next);
  }

  #show(notices: ReturnType<typeof withNotice>): void {
    this.#parts.store.putSetting(SETTING, JSON.stringify(notices));
    this.#parts.state.change({ notices });
  }
}
