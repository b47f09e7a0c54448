import type { EventEmitter } from "node:events";
import { nodeCodec } from "./codec.ts";
import type { HostFrame } from "./frame-main.ts";
import { answerInvoke, answerSync, type HostIpcMain } from "./ipc-main.ts";
import type { PageFrame, PageLink } from "./page-link.ts";
import { HostEvent } from "./strict.ts";

export interface MessagePorts {
  readonly contents: EventEmitter & {
    readonly id: number;
    send(channel: string, ...args: unknown[]): void;
  };
  /** The contents' own first, then `ipcMain`. */
  readonly hubs: readonly HostIpcMain[];
  frameOf(frame: PageFrame): HostFrame;
  /** What the host's own part of the page tells: its title, size, keys. */
  onNotice(name: string, detail: unknown): void;
}

/** What a preload script says to main. */
export class PageMessages {
  readonly #ports: MessagePorts;

  constructor(ports: MessagePorts) {
    this.#ports = ports;
  }

  hear(link: PageLink, frame: PageFrame, message: readonly unknown[]): void {
    const [type, ...rest] = message as [string, ...unknown[]];
    switch (type) {
      case "invoke":
        this.#invoke(link, frame, rest as [number, string, unknown[]]);
        break;
      case "send":
        this.#send(frame, rest as [string, unknown[]]);
        break;
      case "hello":
        // The preload speaks before the browser has told that the frame is somewhere else now.
        frame.url = String(rest[0]);
        break;
      default:
        this.#ports.onNotice(type, rest[0]);
    }
  }

  /** @param question `sync:` and the encoded channel and arguments */
  answer(question: string, frame: PageFrame): Promise<string> {
    const text = question.slice(question.indexOf(":") + 1);
    const [channel, args] = nodeCodec.decode(text) as [string, unknown[]];
    return answerSync(this.#ports.hubs, channel, args, this.#eventOf(frame));
  }

  #invoke(
    link: PageLink,
    frame: PageFrame,
    [id, channel, args]: [number, string, unknown[]],
  ): void {
    const event = this.#eventOf(frame);
    void answerInvoke(this.#ports.hubs, { id, channel, args, event }).then((reply) => {
      link.toPreload(reply);
    });
  }

  #send(frame: PageFrame, [channel, args]: [string, unknown[]]): void {
    const event = this.#eventOf(frame);
    this.#ports.contents.emit("ipc-message", event, channel, ...args);
    for (const hub of this.#ports.hubs) {
      hub.emit(channel, event, ...args);
    }
  }

  #eventOf(frame: PageFrame): object {
    const { contents } = this.#ports;
    const senderFrame = this.#ports.frameOf(frame);
    return new HostEvent(contents, {
      type: "frame",
      senderFrame,
      processId: contents.id,
      frameId: senderFrame.routingId,
      ports: [],
      reply: (channel: string, ...args: unknown[]) => {
        contents.send(channel, ...args);
      },
    });
  }
}
