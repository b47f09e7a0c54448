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
  #contact = "";

  private constructor(socket: Socket, serviceRoute: string | undefined) {
    this.#socket = socket;
    this.#serviceRoute = serviceRoute;
    socket.on("message", (bytes, from) => {
      const message = parseSipMessage(bytes);
      if (!message.ok || message.value.kind !== "request") return;
      const answer = this.#answer(message.value);
      socket.send(serializeSipMessage(answer), from.port, from.address);
    });
  }

  /** @param serviceRoute where requests of the device go (RFC 3608) */
  static async open(serviceRoute?: string): Promise<PlainRegistrar> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new PlainRegistrar(socket, serviceRoute);
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
