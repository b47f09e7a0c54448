import type { SipTransport } from "../sip/transport/flow.ts";

/** Where a message came from or went, as the six tokens `source|bytes|protocol|address|port|time`. */
export interface MessageSource {
  readonly source: "network" | "application";
  readonly octets: number;
  readonly transport: SipTransport;
  /** Empty for a response that the engine made itself. */
  readonly address: string;
  readonly port: number;
  /** Wall clock, ms since 1970. */
  readonly wallMs: number;
}

/** The six tokens. */
export function sourceTokens(from: MessageSource): string {
  return [
    from.source,
    String(from.octets),
    from.transport,
    from.address,
    String(from.port),
    timeOfDay(from.wallMs),
  ].join("|");
}

/** `HH:MM:SS.uuuuuu` UTC. */
export function timeOfDay(wallMs: number): string {
  const micros = Math.floor(wallMs * 1000) % 86_400_000_000;
  const seconds = Math.floor(micros / 1_000_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const fraction = String(micros % 1_000_000).padStart(6, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

/** A command of the client: `rid|verb|...` with the SIP part after the first CRLF. */
export interface Command {
  readonly rid: string;
  readonly verb: string;
  readonly tokens: readonly string[];
  readonly sip: string | undefined;
}

export function readCommand(payload: string): Command {
  const border = payload.indexOf("\r\n");
  const line = border < 0 ? payload : payload.slice(0, border);
  const [rid = "", verb = "", ...tokens] = line.split("|");
  return { rid, verb, tokens, sip: border < 0 ? undefined : payload.slice(border + 2) };
}
