import { describe, expect, it } from "vitest";
import { HostProtocol } from "./protocol.ts";
import { SchemeMap } from "./scheme-map.ts";

function protocolWith(handler: (request: Request) => Response | Promise<Response>): HostProtocol {
  const protocol = new HostProtocol(new SchemeMap(), () => true);
  protocol.handle("app", handler);
  return protocol;
}

const GET = {
  url: "https://bundle.app.app-host.invalid/x",
  method: "GET",
  headers: {},
  initialPriority: "High" as const,
  referrerPolicy: "no-referrer" as const,
};

describe("an application's own scheme", () => {
  it("gives its handler the request as the page meant it", async () => {
    const seen: unknown[] = [];
    const protocol = protocolWith(async (request) => {
      seen.push(request.url, request.method, request.headers.get("origin"), await request.text());
      return new Response("");
    });
    await protocol.answer("app://bundle/x?y", {
      ...GET,
      method: "POST",
      headers: { Origin: "https://bundle.app.app-host.invalid" },
      postDataEntries: [{ bytes: Buffer.from("a\u00e9").toString("base64") }],
    });
    expect(seen).toEqual(["app://bundle/x?y", "POST", "app://bundle", "a\u00e9"]);
  });

  it("gives the page status, headers and octets, with sources of policies translated", async () => {
    const protocol = protocolWith(
      () =>
        new Response(new Uint8Array([0, 255]), {
          status: 206,
          headers: { "content-security-policy": "img-src app:" },
        }),
    );
    const answer = await protocol.answer("app://bundle/x", GET);
    expect(answer).toEqual({
      responseCode: 206,
      responseHeaders: [
        { name: "content-security-policy", value: "img-src app: https://*.app.app-host.invalid" },
      ],
      body: "AP8=",
    });
  });

  it("fails with its handler, and without one", async () => {
    const protocol = protocolWith(() => {
      throw new Error("no");
    });
    await expect(protocol.answer("app://bundle/x", GET)).rejects.toThrow("no");
    await expect(protocol.answer("other://bundle/x", GET)).rejects.toThrow("no handler");
  });

  it("is declared before ready and handled after it", () => {
    let isReady = false;
    const protocol = new HostProtocol(new SchemeMap(), () => isReady);
    expect(() => {
      protocol.handle("app", () => new Response(""));
    }).toThrow("when app is ready");
    protocol.registerSchemesAsPrivileged([{ scheme: "app" }]);
    isReady = true;
    protocol.handle("app", () => new Response(""));
    expect(() => {
      protocol.registerSchemesAsPrivileged([{ scheme: "late" }]);
    }).toThrow("before app is ready");
  });

  it("has one handler at a time", () => {
    const protocol = protocolWith(() => new Response(""));
    expect(() => {
      protocol.handle("app", () => new Response(""));
    }).toThrow("Failed to register protocol");
    protocol.unhandle("app");
    expect(protocol.isProtocolHandled("app")).toBe(false);
  });
});
