import type { HostPort } from "../../main/base/host-port.ts";
import { type ResponseOptions, responseTo } from "../../main/sip/message/build.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../main/sip/message/message.ts";
import { parseSipMessage } from "../../main/sip/message/parse.ts";
import { serializeSipMessage } from "../../main/sip/message/serialize.ts";
import type { FakeNet } from "./fake-net.ts";

/** A peer on UDP that does exactly what a test says, and keeps what it received. */
export interface ScriptedPeer {
  readonly address: HostPort;
  readonly requests: SipRequest[];
  readonly responses: SipResponse[];
  send(message: SipMessage, to: HostPort): void;
}

export interface Script {
  onRequest?(request: SipRequest, from: HostPort, peer: ScriptedPeer): void;
  onResponse?(response: SipResponse, from: HostPort, peer: ScriptedPeer): void;
}

export async function scriptedPeer(
  net: FakeNet,
  host: string,
  script: Script = {},
): Promise<ScriptedPeer> {
  const address = { host, port: 5060 };
  const requests: SipRequest[] = [];
  const responses: SipResponse[] = [];
  const bound = await net.host(host).bindUdp(address, {
    onMessage: (bytes, from) => {
      const parsed = parseSipMessage(bytes);
      if (!parsed.ok) throw new Error(parsed.error.what);
      if (parsed.value.kind === "request") {
        requests.push(parsed.value);
        script.onRequest?.(parsed.value, from, peer);
      } else {
        responses.push(parsed.value);
        script.onResponse?.(parsed.value, from, peer);
      }
    },
    onError: () => undefined,
  });
  if (!bound.ok) throw new Error(bound.error.message);
  const socket = bound.value;
  const peer: ScriptedPeer = {
    address,
    requests,
    responses,
    send: (message, to) => {
      socket.send(serializeSipMessage(message), to);
    },
  };
  return peer;
}

/** A response with the headers given by name. */
export function scriptedResponse(
  request: SipRequest,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  options: Omit<ResponseOptions, "headers"> = {},
): SipResponse {
  return responseTo(request, status, undefined, {
    ...options,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
  });
}
