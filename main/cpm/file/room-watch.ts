import type { FoundPart } from "../../base/files.ts";
import type { Timer } from "../../base/ports.ts";
import type { OfferContext } from "./offer-context.ts";
import { LOOK_FOR_ROOM_MS } from "./resume-times.ts";

/** Looks at the disk of parts that wait for room, until there is some. */
export class RoomWatch {
  readonly #context: OfferContext;
  readonly #parts: () => Promise<readonly FoundPart[]>;
  readonly #onRoom: () => void;
  #next: Timer | undefined;
  #round = 0;

  /** @param parts none: what waits is busy now */
  constructor(
    context: OfferContext,
    parts: () => Promise<readonly FoundPart[]>,
    onRoom: () => void,
  ) {
    this.#context = context;
    this.#parts = parts;
    this.#onRoom = onRoom;
  }

  start(): void {
    this.stop();
    const round = this.#round;
    this.#next = this.#context.ports.clock.startTimer(LOOK_FOR_ROOM_MS, () => {
      void this.#look(round);
    });
  }

  stop(): void {
    this.#round += 1;
    this.#next?.cancel();
  }

  async #look(round: number): Promise<void> {
    const parts = await this.#parts();
    const isRoom = parts.length > 0 && (await hasRoom(this.#context, parts));
    if (round !== this.#round) return;
    if (isRoom) this.#onRoom();
    else this.start();
  }
}

/** Whether each of them fits; what is too much together is found out on the way. */
export async function hasRoom(
  { ports }: OfferContext,
  parts: readonly FoundPart[],
): Promise<boolean> {
  for (const { key } of parts) if (!(await ports.files.hasRoom(key))) return false;
  return true;
}
