import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PickedFile } from "../../../shared/model/app-state.ts";
import type { Clock, Random } from "../../base/ports.ts";
import { ok } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import { errorCode } from "../../storage/file-error.ts";
import { pickedFiles } from "../model/pick-list.ts";
import type { DesktopPort, EngineResource } from "../ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import type { Handlers } from "./answers.ts";
import { lookAtPaths } from "./pick-walk.node.ts";
import { isRegularFile } from "./received-desk.node.ts";
import type { StateDesk } from "./state-desk.ts";

export interface PickDeskParts {
  readonly desktop: DesktopPort;
  readonly state: StateDesk;
  readonly profileFolder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly words: CurrentWords;
}

type PickRequests = Pick<
  Handlers,
  "files.choose" | "files.look" | "files.paste" | "files.sample" | "folder.choose"
>;

/** What windows make previews of. */
const PICTURES: ReadonlySet<string> = new Set([
  ...["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"],
]);
const MAX_PICTURE_OCTETS = 40_000_000;
const MAX_TOKENS = 5000;
const PICKED = "/picked/";
/** What was pasted may be offered again for so long. */
const KEEP_PASTED_MS = 7 * 86_400_000;

/** Files that the user chooses to send, before anything is sent. */
export class PickDesk {
  readonly #parts: PickDeskParts;
  /** Pictures that windows may look at, by token, oldest first. */
  readonly #pictures = new Map<string, { readonly path: string; readonly type: string }>();

  constructor(parts: PickDeskParts) {
    this.#parts = parts;
  }

  readonly handlers: PickRequests = {
    "files.choose": async ({ kind }) =>
      ok(await this.look(await this.#parts.desktop.chooseFiles(kind))),
    "files.look": async ({ paths }) => ok(await this.look(paths)),
    "files.paste": async () => ok(await this.look(await this.#pasted())),
    "files.sample": async () => ok(await this.look([await this.#sample()])),
    "folder.choose": async ({ current }) =>
      ok((await this.#parts.desktop.chooseFolder(current)) ?? null),
  };

  async look(paths: readonly string[]): Promise<readonly PickedFile[]> {
    const looked = await lookAtPaths(paths);
    return pickedFiles(
      looked.map((one) => {
        const isPicture = PICTURES.has(one.type) && one.sizeOctets <= MAX_PICTURE_OCTETS;
        const isShown = isPicture && one.sizeOctets > 0 && one.problem === undefined;
        return isShown ? { ...one, source: this.#pictureOf(one.path, one.type) } : one;
      }),
      this.#parts.state.current.limits,
    );
  }

  /** A picture by its path on the windows' origin; looked at anew, for it may have changed. */
  async picture(path: string): Promise<EngineResource | undefined> {
    if (!path.startsWith(PICKED)) return undefined;
    const picture = this.#pictures.get(path.slice(PICKED.length));
    if (picture === undefined || !(await isRegularFile(picture.path))) return undefined;
    const { size } = await stat(picture.path);
    return size <= MAX_PICTURE_OCTETS ? { kind: "file", ...picture } : undefined;
  }

  /** Removes what was pasted long ago. */
  async tidy(): Promise<void> {
    const folder = this.#ownFolder;
    const nowMs = this.#parts.clock.wallMs();
    for (const name of await namesOf(folder)) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (nowMs - mtimeMs > KEEP_PASTED_MS) await rm(path, { force: true });
    }
  }

  #pictureOf(path: string, type: string): string {
    const token = randomToken(this.#parts.random, 20);
    this.#pictures.set(token, { path, type });
    const [oldest] = this.#pictures.keys();
    if (this.#pictures.size > MAX_TOKENS && oldest !== undefined) this.#pictures.delete(oldest);
    return PICKED + token;
  }

  async #pasted(): Promise<readonly string[]> {
    const content = await this.#parts.desktop.readClipboard();
    switch (content.kind) {
      case "files":
        return content.paths;
      case "image":
        return [await this.#write(`pasted-${this.#time()}.png`, content.png)];
      case "text":
        return content.text === ""
          ? []
          : [await this.#write(`pasted-${this.#time()}.txt`, Buffer.from(content.text, "utf8"))];
      case "nothing":
        return [];
    }
  }

  #sample(): Promise<string> {
    const { state, clock, words } = this.#parts;
    const name = state.current.account?.displayName ?? "";
    const who = name === "" ? said("account.somebody") : name;
    const time = new Date(clock.wallMs()).toISOString();
    const text = words().say(said("account.sample", { name: who, time }));
    return this.#write(`sample-${this.#time()}.txt`, Buffer.from(text, "utf8"));
  }

  /** In the profile's own folder, for this user alone; a name that is taken gets a number. */
  async #write(name: string, octets: Uint8Array): Promise<string> {
    await mkdir(this.#ownFolder, { recursive: true, mode: 0o700 });
    const dot = name.lastIndexOf(".");
    for (let count = 1; ; count += 1) {
      const number = count === 1 ? "" : `-${String(count)}`;
      const path = join(this.#ownFolder, `${name.slice(0, dot)}${number}${name.slice(dot)}`);
      try {
        await writeFile(path, octets, { flag: "wx", mode: 0o600 });
        return path;
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      }
    }
  }

  get #ownFolder(): string {
    return join(this.#parts.profileFolder, "pasted");
  }

  /** `13-04-02`, the user's own time. */
  #time(): string {
    const now = new Date(this.#parts.clock.wallMs());
    const parts = [now.getHours(), now.getMinutes(), now.getSeconds()];
    return parts.map((part) => String(part).padStart(2, "0")).join("-");
  }
}

async function namesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return [];
  }
}
