import { err, ok, type Result } from "../../base/result.ts";
import type { HistoryEntry, HistoryFile } from "../../base/transfer-store.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import { newTransferId } from "../ids.ts";
import { offeredScheme } from "./media-security.ts";
import { mediaTypeOf } from "./media-type.ts";
import { OfferAgain } from "./offer-again.ts";
import type { OfferContext } from "./offer-context.ts";
import { closeFiles, type PreparedFile } from "./outgoing-files.ts";
import { OutgoingRun } from "./outgoing-run.ts";
import type { PullOffer } from "./pull-offer.ts";

/** Why files of before cannot be sent on. */
export interface AgainError {
  readonly kind: "changed" | "unreadable" | "nothing";
  readonly message: string;
}

/** Files of an offer that this device made before, and that go on now: its program may have been started anew since. */
export class OutgoingAgain extends OfferAgain<OutgoingRun> {
  readonly #files: readonly PreparedFile[];

  private constructor(context: OfferContext, entry: HistoryEntry, files: readonly PreparedFile[]) {
    super(context, entry, (id, record) => {
      const run = new OutgoingRun(context, {
        ...{ id, peer: entry.peer, conversationId: entry.conversationId, files, record },
        instanceId: entry.takenBy,
      });
      run.wait(new Map(entry.files.map(({ index, octets }) => [index, octets])));
      return run;
    });
    this.#files = files;
  }

  /** Opens the files and makes sure that they are still those that were offered. */
  static async open(
    context: OfferContext,
    entry: HistoryEntry,
    wanted: readonly HistoryFile[],
  ): Promise<Result<OutgoingAgain, AgainError>> {
    const files: PreparedFile[] = [];
    let error: AgainError = { kind: "nothing", message: "There is nothing to go on with." };
    for (const file of wanted) {
      const opened = await openAgain(context, file);
      if (opened.ok) files.push(opened.value);
      else error = opened.error;
    }
    return files.length === 0 ? err(error) : ok(new OutgoingAgain(context, entry, files));
  }

  serves(invite: InviteUas, pull: PullOffer): boolean {
    if (!this.run.knows(pull)) return false;
    void this.run.serve(invite, pull);
    return true;
  }

  protected override release(): Promise<void> {
    return closeFiles(this.#files);
  }
}

async function openAgain(
  context: OfferContext,
  { index, path, sha1, name, sizeOctets }: HistoryFile,
): Promise<Result<PreparedFile, AgainError>> {
  const { ports } = context;
  if (path === undefined || sha1 === undefined)
    return err({ kind: "unreadable", message: `Nobody knows any more where ${name} was.` });
  const source = await ports.files.openSource(path);
  if (!source.ok) return err({ kind: "unreadable", message: source.error.message });
  // Its hash is asked for only where it can be the same file.
  const isSameSize = source.value.sizeOctets === sizeOctets;
  const hashes = isSameSize
    ? await ports.files.hash(source.value, new AbortController().signal)
    : undefined;
  if (hashes?.ok === true && hashes.value.sha1 === sha1)
    return ok({
      ...{ index, source: source.value, hashes: hashes.value, type: mediaTypeOf(name) },
      ...{
        transferId: newTransferId(ports.random),
        uri: ports.msrp.newUri(offeredScheme(context)),
      },
    });
  await source.value.close();
  return err({ kind: "changed", message: `${name} was changed after it was offered.` });
}
