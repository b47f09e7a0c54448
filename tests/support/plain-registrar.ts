import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { HostPort } from "../../main/base/host-port.ts";
import { responseTo } from "../../main/sip/message/build.ts";
import type { HeaderField } from "../../main/sip/message/headers.ts";
import type { SipRequest } from "../../main/sip/message/message.ts";
import { parseSipMessage } from "../../main/sip/message/parse.ts";
import { serializeSipMessage } from "../../main/sip/message/serialize.ts";

/**
 * The least that a device of ours registers at: it knows where the device is, and sends its requests somewhere else. So
 * a foreign client can be the next hop with no core between.
 */
export class PlainRegistrar {
  readonly #socket: Socket;
  readonly #serviceRoute: string | undefined;
  /** Keeps the next hop's place until it comes. */
  readonly #keeper: Socket | undefined;
  readonly #hasSubscribed: Promise<void>;
  #contact = "";

  private constructor(socket: Socket, next?: { readonly uri: string; readonly keeper?: Socket }) {
    this.#socket = socket;
    this.#serviceRoute = next?.uri;
    this.#keeper = next?.keeper;
    this.#serve(socket, () => undefined);
    this.#hasSubscribed = new Promise((resolve) => {
      if (next?.keeper === undefined) resolve();
      else this.#serve(next.keeper, resolve);
    });
  }

  /** @param next where requests of the device go (RFC 3608) */
  static async open(next?: {
    readonly place: HostPort;
    readonly transport: string;
  }): Promise<PlainRegistrar> {
    const socket = await bound({ host: "127.0.0.1", port: 0 });
    if (next === undefined) return new PlainRegistrar(socket);
    const { place, transport } = next;
    const uri = `sip:${place.host}:${String(place.port)};transport=${transport}`;
    if (transport !== "udp") return new PlainRegistrar(socket, { uri });
    return new PlainRegistrar(socket, { uri, keeper: await bound(place) });
  }

  /** The device has asked what it asks by itself, and will not ask the next hop again. Its place is free then. */
  async giveWay(): Promise<void> {
    await this.#hasSubscribed;
    const keeper = this.#keeper;
    if (keeper === undefined) return;
    await new Promise<void>((resolve) => {
      keeper.close(resolve);
    });
  }

  get local(): HostPort {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  /** URI of the device that registered last. */
  get contact(): string {
    return this.#contact;
  }

  close(): void {
    this.#socket.close();
  }

  #serve(socket: Socket, onOther: () => void): void {
    socket.on("message", (bytes, from) => {
      const message = parseSipMessage(bytes);
      if (!message.ok || message.value.kind !== "request") return;
      const { method } = message.value;
      const answer = serializeSipMessage(this.#answer(message.value));
      socket.send(answer, from.port, from.address, () => {
        if (method !== "REGISTER") onOther();
      });
    });
  }

  #answer(request: SipRequest): ReturnType<typeof responseTo> {
    const toTag = "registrar";
    if (request.method !== "REGISTER") return responseTo(request, 489, undefined, { toTag });
    const contact = request.headers.get("Contact") ?? "";
    this.#contact = /<([^>]*)>/.exec(contact)?.[1] ?? "";
    const headers: HeaderField[] = [
      { name: "Contact", value: `${contact};expires=600` },
      ...(this.#serviceRoute === undefined
        ? []
        : [{ name: "Service-Route", value: `<${this.#serviceRoute};lr>` }]),
    ];
    return responseTo(request, 200, undefined, { toTag, headers });
  }
}

async function bound(local: HostPort): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(local.port, local.host);
  await once(socket, "listening");
  return socket;
}
