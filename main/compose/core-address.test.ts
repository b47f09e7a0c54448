import { describe, expect, it } from "vitest";
import { parseCoreAddress } from "./core-address.ts";

describe("--core", () => {
  it.each([
    ["127.0.0.1:41001", { host: "127.0.0.1", port: 41_001, transport: "udp" }],
    ["[::1]:5060;transport=tcp", { host: "::1", port: 5060, transport: "tcp" }],
    ["core.example:5061;transport=TLS", { host: "core.example", port: 5061, transport: "tls" }],
    ["core.example:5060;transport=udp", { host: "core.example", port: 5060, transport: "udp" }],
  ])("%s is an address", (text, address) => {
    expect(parseCoreAddress(text)).toEqual(address);
  });

  it.each([
    ...["", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "::1:5060"],
    ...["core.example:5060;transport=sctp", "core.example:5060;transport=tcp;lr"],
  ])("%j is none", (text) => {
    expect(parseCoreAddress(text)).toBeUndefined();
  });
});
