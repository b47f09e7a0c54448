import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeResolver } from "../../../tests/support/fake-resolver.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import { requestOf } from "../../../tests/support/sip-pair.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import { CoreOnly } from "../pf/core-only.ts";
import { TrustedPeers } from "./trusted-peers.ts";

const ports = { resolver: new FakeResolver(), clock: new FakeClock(), log: nullLog() };

describe("RFC 5952 §1: an IPv6 address of the configuration, written otherwise than the system writes it", () => {
  const written = "sip:[2001:DB8:0:0::0007]:5070";
  const seen = { host: "2001:db8::7", port: 5070 };

  it("MUST be known to a core as its server's", () => {
    const uri = parseSipUri(written);
    if (!uri.ok) throw new Error(uri.error.what);
    const peers = new TrustedPeers([{ uri: uri.value, peer: { kind: "server" } }], ports);
    const flow = { transport: "udp", local: { host: "2001:db8::1", port: 5060 } } as const;
    const request = requestOf("INVITE");
    expect(peers.peerOf(request, { ...flow, remote: seen }).kind).toBe("server");
    expect(peers.isPlace(seen, "udp")).toBe(true);
    const other = { ...seen, host: "2001:db8::70" };
    expect(peers.peerOf(request, { ...flow, remote: other }).kind).toBe("unknown");
    peers.stop();
  });

  it("MUST be known to a Participating Function as its core's, and no other", () => {
    const door = new CoreOnly([written], ports);
    expect(door.isSilenced(seen)).toBe(false);
    expect(door.isSilenced({ ...seen, host: "2001:db8::70" })).toBe(true);
    door.stop();
  });
});
