import type { FileIcon } from "../../../shared/model/offer.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CpmConfig } from "../config.ts";
import { newTransferId } from "../ids.ts";
import type { CpmPorts } from "../ports.ts";
import { offeredScheme } from "./media-security.ts";
import {
  closeFiles,
  type OfferError,
  type OpenedFile,
  openFiles,
  type PreparedFile,
  prepareFile,
} from "./outgoing-files.ts";
import { type PlannedFile, planFiles } from "./outgoing-plan.ts";
import type { PartFile } from "./outgoing-series.ts";

interface Wishes {
  /** Pictures of the files by their place among all. */
  readonly icons?: ReadonlyMap<number, FileIcon>;
  readonly onHashed?: (octets: number) => void;
}

/** Looks at the files of one offer, opens and hashes them. */
export class OfferFiles {
  readonly #ports: CpmPorts;
  readonly #config: CpmConfig;
  readonly #signal: AbortSignal;

  /** @param signal ends all reading before the offer is made */
  constructor(ports: CpmPorts, config: CpmConfig, signal: AbortSignal) {
    this.#ports = ports;
    this.#config = config;
    this.#signal = signal;
  }

  plan(paths: readonly string[]): Promise<Result<readonly PlannedFile[], OfferError>> {
    const { maxSizeOctets } = this.#config;
    return planFiles(this.#ports.files, paths, {
      ...(maxSizeOctets === undefined ? {} : { maxSizeOctets }),
      signal: this.#signal,
    });
  }

  /** All of them or none. */
  async open(
    planned: readonly PlannedFile[],
    { icons, onHashed }: Wishes,
  ): Promise<Result<readonly PreparedFile[], OfferError>> {
    const opened = await openFiles(
      this.#ports.files,
      planned.map(({ path }) => path),
      { ...{ maxSizeOctets: this.#config.maxSizeOctets, signal: this.#signal, onHashed } },
    );
    if (!opened.ok) return opened;
    if (this.#signal.aborted) {
      await closeFiles(opened.value);
      return err({ kind: "cancelled", message: "The offer was cancelled before it was sent." });
    }
    return ok(opened.value.map((file, at) => this.#prepared(file, at, planned[at], icons)));
  }

  /** Each of them as it can be. */
  async openEach(planned: readonly PlannedFile[], { icons }: Wishes): Promise<readonly PartFile[]> {
    const files: PartFile[] = [];
    for (const [at, one] of planned.entries()) {
      const opened = await openFiles(this.#ports.files, [one.path], {
        ...{ maxSizeOctets: this.#config.maxSizeOctets, signal: new AbortController().signal },
      });
      const [file] = opened.ok ? opened.value : [];
      if (file !== undefined) files.push(ok(this.#prepared(file, at, one, icons)));
      else if (!opened.ok) files.push(opened);
    }
    return files;
  }

  #prepared(
    file: OpenedFile,
    index: number,
    planned: PlannedFile | undefined,
    icons: Wishes["icons"],
  ): PreparedFile {
    const { msrp, random } = this.#ports;
    const uri = msrp.newUri(offeredScheme({ config: this.#config, ports: this.#ports }));
    const own = { index, uri, transferId: newTransferId(random) };
    return prepareFile(file, own, icons?.get(planned?.index ?? index));
  }
}
