import { stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { readAddress } from "../../../shared/format/address.ts";
import type { RequestArguments, SendResult } from "../../../shared/ipc/contract.ts";
import { isEnded } from "../../../shared/model/card.ts";
import type { FileIcon, OfferId } from "../../../shared/model/offer.ts";
import type { AppStore } from "../../base/app-store.ts";
import type { Clock, Log, Random } from "../../base/ports.ts";
import { ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import { admitIcon } from "../../cpm/body/file-icon.ts";
import type { CpmClient, OfferError } from "../../cpm/client.ts";
import { mediaTypeOf } from "../../cpm/file/media-type.ts";
import { newOfferId } from "../../cpm/ids.ts";
import { errorCode } from "../../storage/file-error.ts";
import { type CardEntry, isComplete } from "../model/card-entry.ts";
import { preparationProblem } from "../model/card-words.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { ActOnce } from "./act-once.ts";
import { type Failure, failure, gone, type Handlers, wordedFailure } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";
import type { PeopleDesk } from "./people-desk.ts";
import type { StateDesk } from "./state-desk.ts";

export interface SendDeskParts {
  readonly cards: CardDesk;
  readonly people: PeopleDesk;
  readonly state: StateDesk;
  readonly store: Pick<AppStore, "commands">;
  readonly log: Log;
  readonly random: Random;
  readonly clock: Clock;
  readonly client: () => CpmClient | undefined;
  readonly words: CurrentWords;
}

interface Sending {
  readonly to: string;
  readonly paths: readonly string[];
  readonly text?: string;
  readonly icons: ReadonlyMap<number, FileIcon>;
  readonly group?: string;
  readonly conversationId?: string;
}

/** Offers that go out. */
export class SendDesk {
  readonly #parts: SendDeskParts;
  readonly #once: ActOnce;
  /** Cards that are offered anew, with the id of the new one as soon as it has one. */
  readonly #repeats = new Map<string, string | Promise<Result<string, Failure>>>();

  constructor(parts: SendDeskParts) {
    this.#parts = parts;
    const { clock, log, store } = parts;
    this.#once = new ActOnce({ clock, log, commands: store.commands });
  }

  readonly handlers: Pick<Handlers, "offer.send" | "card.retry"> = {
    "offer.send": (args) =>
      this.#once.run({ name: "offer.send", id: args.commandId, read: readResults }, () =>
        this.#send(args),
      ),
    "card.retry": ({ id, commandId }) =>
      this.#once.run({ name: "card.retry", id: commandId, read: readId }, () =>
        this.#retryOnce(id),
      ),
  };

  async #send(
    args: RequestArguments<"offer.send">,
  ): Promise<Result<readonly SendResult[], Failure>> {
    const { to, paths, text, icons = [] } = args;
    const { words } = this.#parts;
    const obstacle = this.#obstacle(paths);
    if (obstacle !== undefined) return obstacle;
    const admitted = this.#parts.state.current.settings.arePreviewsOn
      ? icons.flatMap(({ index, bytes }) => {
          const icon = admitIcon(Buffer.from(bytes));
          return icon === undefined || index >= paths.length ? [] : [[index, icon] as const];
        })
      : [];
    const group = to.length > 1 ? { group: randomToken(this.#parts.random, 10) } : {};
    const results: SendResult[] = [];
    for (const recipient of to) {
      const address = this.#addressOf(recipient);
      const sent = address.ok
        ? await this.#offer({
            ...{ to: address.value, paths, icons: new Map(admitted) },
            ...(text === undefined ? {} : { text }),
            ...group,
          })
        : address;
      results.push(
        sent.ok
          ? { to: recipient, ok: true, id: sent.value }
          : { to: recipient, ok: false, error: wordedFailure(sent.error, words()) },
      );
    }
    return ok(results);
  }

  /** Each press is a command of its own; while the new offer is under way there is no other. */
  #retryOnce(id: string): Promise<Result<string, Failure>> {
    const known = this.#repeats.get(id);
    if (known instanceof Promise) return known;
    if (known !== undefined && this.#isUnderWay(known)) return Promise.resolve(ok(known));
    const answer = this.#repeat(id);
    this.#repeats.set(id, answer);
    return answer;
  }

  async #repeat(id: string): Promise<Result<string, Failure>> {
    let made: string | undefined;
    try {
      const answer = await this.#retry(id);
      if (answer.ok) made = answer.value;
      return answer;
    } finally {
      if (made === undefined) this.#repeats.delete(id);
      else this.#repeats.set(id, made);
    }
  }

  #isUnderWay(id: string): boolean {
    const card = this.#parts.cards.book.get(id)?.card;
    return card !== undefined && !isEnded(card.state);
  }

  /** What was not transferred is offered anew; everything, where all was. */
  async #retry(id: string): Promise<Result<string, Failure>> {
    const entry = this.#parts.cards.find(id);
    if (entry === undefined) return gone("offer");
    const { card } = entry;
    if (card.direction !== "outgoing") return failure("badRequest", said("failures.onlyOwnOffers"));
    if (!isEnded(card.state)) return failure("badRequest", said("failures.stillUnderWay"));
    const paths = pathsToRepeat(entry);
    const obstacle = this.#obstacle(paths);
    if (obstacle !== undefined) return obstacle;
    return this.#offer({
      ...{ to: card.peer, paths, icons: new Map() },
      ...(card.text === undefined ? {} : { text: card.text }),
      ...(entry.conversationId === undefined || entry.conversationId === ""
        ? {}
        : { conversationId: entry.conversationId }),
    });
  }

  #obstacle(paths: readonly string[]): Result<never, Failure> | undefined {
    const { maxFiles } = this.#parts.state.current.limits;
    if (this.#parts.client() === undefined)
      return failure("notSignedIn", said("failures.notSignedInToSend"), said("actions.signIn"));
    if (paths.length === 0)
      return failure("noFiles", said("failures.noFiles"), said("actions.chooseFiles"));
    if (paths.length > maxFiles)
      return failure(
        "tooMany",
        said("failures.tooMany", { count: paths.length, limit: maxFiles }),
        said("actions.takeSomeOut"),
      );
    return paths.every((path) => isAbsolute(path))
      ? undefined
      : failure("badRequest", said("failures.noFolderNamed"));
  }

  #addressOf(text: string): Result<string, Failure> {
    const own = this.#parts.state.current.account?.aor;
    const address = readAddress(text, own?.slice(own.lastIndexOf("@") + 1));
    return address === undefined
      ? failure("badRecipient", said("failures.badAddress", { text }), said("actions.editAddress"))
      : ok(address);
  }

  async #offer(sending: Sending): Promise<Result<string, Failure>> {
    const { to, paths, text, icons, group, conversationId } = sending;
    const files = await lookedAt(paths);
    if (!files.ok) return files;
    const { cards, people, random, clock, client } = this.#parts;
    const device = client();
    if (device === undefined)
      return failure("notSignedIn", said("failures.notSignedInToSend"), said("actions.signIn"));
    const id = newOfferId(random);
    cards.apply({
      name: "prepare",
      preparation: {
        ...{ id, to, files: files.value, peerName: people.nameOf(to), wallMs: clock.wallMs() },
        ...(text === undefined || text.trim() === "" ? {} : { text: text.trim() }),
        ...(group === undefined ? {} : { group }),
      },
    });
    const offering = device.offer({
      ...{ id, to, paths, icons },
      ...(text === undefined ? {} : { text }),
      ...(conversationId === undefined ? {} : { conversationId }),
      onHashed: throttled(clock, (octets) => {
        cards.apply({ name: "hashed", id, octets });
      }),
    });
    void offering.then((offered) => {
      if (!offered.ok) this.#notOffered(id, offered.error);
    });
    return ok(id);
  }

  #notOffered(id: OfferId, error: OfferError): void {
    const { cards } = this.#parts;
    if (error.kind === "cancelled") {
      cards.apply({ name: "notPrepared", id });
      return;
    }
    const file = error.path === undefined ? undefined : basename(error.path);
    const problem = preparationProblem(error.kind, file);
    cards.apply({ name: "notPrepared", id, problem });
  }
}

/** As an earlier run of this program kept them. */
function readResults(kept: unknown): readonly SendResult[] | undefined {
  return Array.isArray(kept) && kept.every(isSendResult) ? kept : undefined;
}

function isSendResult(value: unknown): value is SendResult {
  if (typeof value !== "object" || value === null) return false;
  const { to, ok: isSent, id, error } = value as Readonly<Record<string, unknown>>;
  if (typeof to !== "string") return false;
  return isSent === true ? typeof id === "string" : isSent === false && typeof error === "object";
}

function readId(kept: unknown): string | undefined {
  return typeof kept === "string" ? kept : undefined;
}

function pathsToRepeat({ card }: CardEntry): readonly string[] {
  const missing = card.files.filter((file) => !isComplete(file));
  const files = missing.length === 0 ? card.files : missing;
  return files.flatMap(({ path }) => path ?? []);
}

interface LookedFile {
  readonly name: string;
  readonly type: string;
  readonly sizeOctets: number;
  readonly path: string;
}

/** What the card shows until the files are hashed; a file that is not there stops the offer at once. */
async function lookedAt(paths: readonly string[]): Promise<Result<readonly LookedFile[], Failure>> {
  const files: LookedFile[] = [];
  for (const path of paths) {
    const name = basename(path);
    try {
      const stats = await stat(path);
      if (!stats.isFile())
        return failure(
          "source",
          said("failures.notAFile", { file: name }),
          said("actions.takeOut"),
        );
      files.push({ name, path, type: mediaTypeOf(name), sizeOctets: stats.size });
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return failure(
        "source",
        said("failures.sourceGone", { file: name }),
        said("actions.chooseFileAgain"),
      );
    }
  }
  return ok(files);
}

/** At most four calls a second; what comes in between is not worth telling. */
function throttled(clock: Clock, tell: (octets: number) => void): (octets: number) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (octets) => {
    if (clock.nowMs() - toldMs < 250) return;
    toldMs = clock.nowMs();
    tell(octets);
  };
}
