import {
  connect as connectPlain,
  createServer as createPlainServer,
  type Server,
  type Socket,
} from "node:net";
import { connect as connectRaw, createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type {
  SocketError,
  TlsConnection,
  TlsConnectOptions,
  TlsIdentity,
  TlsListenOptions,
} from "./ports.ts";
import { selfSignedIdentity } from "./self-signed.node.ts";
import { systemSockets } from "./sockets.node.ts";
import { MAX_PENDING_HANDSHAKES } from "./tls.node.ts";

const sockets = systemSockets();
const HOST = "127.0.0.1";
const DAY_MS = 86_400_000;
const nowMs = Date.now();

function identity(names: readonly string[], fromDays = -1, toDays = 1): TlsIdentity {
  return selfSignedIdentity({
    names,
    notBeforeMs: nowMs + fromDays * DAY_MS,
    notAfterMs: nowMs + toDays * DAY_MS,
  });
}

const server = identity(["core.a.example", "sip:a.example", HOST]);
const client = identity([]);
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(options: Partial<TlsListenOptions> = {}) {
  const refused: string[] = [];
  const accepted = Promise.withResolvers<TlsConnection>();
  const listener = await sockets.listenTls(
    { host: HOST, port: 0 },
    {
      ...{ identity: server, requestsCertificate: true },
      onRefused: (error) => {
        refused.push(error.code);
      },
      ...options,
    },
    accepted.resolve,
  );
  if (!listener.ok) throw new Error(listener.error.message);
  closing.push(() => {
    listener.value.close();
  });
  return { local: listener.value.local, accepted: accepted.promise, refused };
}

async function connect(
  port: number,
  trust: TlsConnectOptions["trust"] = { kind: "fingerprint", sha256: server.fingerprint },
  more: Partial<TlsConnectOptions> = {},
) {
  const connected = await sockets.connectTls(
    { host: HOST, port },
    { signal: new AbortController().signal, timeoutMs: 5000, trust, identity: client, ...more },
  );
  if (connected.ok)
    closing.push(() => {
      connected.value.destroy();
    });
  return connected;
}

/** Everything the other side says until it ends. */
function read(connection: TlsConnection): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  connection.start({
    onData: (bytes) => {
      text += bytes.toString("latin1");
    },
    onDrained: () => undefined,
    onEnd: () => {
      connection.end();
    },
    onClose: () => {
      resolve(text);
    },
  });
  return promise;
}

async function codeOf(attempt: ReturnType<typeof connect>): Promise<string> {
  const result = await attempt;
  return result.ok ? "connected" : result.error.code;
}

function byName(host: string, ...identities: readonly TlsIdentity[]): TlsConnectOptions["trust"] {
  const certificatesPem = identities.map(({ certificatePem }) => certificatePem);
  return { kind: "name", host, certificatesPem };
}

function plainServer(onSocket: (socket: Socket) => void): Promise<number> {
  return portOf(createPlainServer(onSocket));
}

function portOf(plain: Server): Promise<number> {
  closing.push(() => plain.close());
  return new Promise((resolve) => {
    plain.listen(0, HOST, () => {
      const address = plain.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

describe("RFC 8122 §6.2 both ends know each other's certificate", () => {
  it("MUST have both fingerprints before the first octet, and carry octets both ways", async () => {
    const { local, accepted } = await listen();
    const connected = await connect(local.port);
    if (!connected.ok) throw new Error(connected.error.message);
    const there = await accepted;
    expect(connected.value.peerFingerprint).toBe(server.fingerprint);
    expect(there.peerFingerprint).toBe(client.fingerprint);
    const [heardThere, heardHere] = [read(there), read(connected.value)];
    there.write(Buffer.from("from there"));
    connected.value.write(Buffer.from("from here"));
    connected.value.end();
    expect([await heardThere, await heardHere]).toEqual(["from here", "from there"]);
  });

  it("MUST not invent a fingerprint where none was asked for", async () => {
    const { local, accepted } = await listen({ requestsCertificate: false });
    await connect(local.port);
    expect((await accepted).peerFingerprint).toBeUndefined();
  });

  it("MUST refuse another certificate than the one named, whatever it is for", async () => {
    const { local } = await listen({ identity: identity(["core.a.example"]) });
    expect(await codeOf(connect(local.port))).toBe("TLS_WRONG_FINGERPRINT");
  });

  it("MUST compare fingerprints without regard to case", async () => {
    const { local } = await listen();
    const sha256 = server.fingerprint.toLowerCase();
    expect(await codeOf(connect(local.port, { kind: "fingerprint", sha256 }))).toBe("connected");
  });
});

describe("RFC 5922 §7 the certificate's name", () => {
  it.each(["core.a.example", "a.example", HOST])("MUST be accepted for %s", async (host) => {
    const { local } = await listen();
    expect(await codeOf(connect(local.port, byName(host, server)))).toBe("connected");
  });

  it.each([
    ["another name", "TLS_WRONG_NAME", server, "b.example"],
    ["a wildcard", "TLS_WRONG_NAME", identity(["*.a.example"]), "core.a.example"],
    ["another address", "TLS_WRONG_NAME", server, "127.0.0.2"],
    ["a time that is over", "TLS_EXPIRED", identity(["a.example"], -9, -1), "a.example"],
    ["a time to come", "TLS_NOT_YET_VALID", identity(["a.example"], 1, 9), "a.example"],
  ])("MUST be refused for %s: %s", async (_what, code, shown, host) => {
    const { local } = await listen({ identity: shown });
    expect(await codeOf(connect(local.port, byName(host, shown)))).toBe(code);
  });

  it("MUST be vouched for by an issuer that is believed", async () => {
    const { local } = await listen();
    const strangers = byName("a.example", identity(["a.example"]));
    expect(await codeOf(connect(local.port, strangers))).toBe("TLS_UNKNOWN_ISSUER");
    const bySystem = { kind: "name", host: "a.example" } as const;
    expect(await codeOf(connect(local.port, bySystem))).toBe("TLS_UNKNOWN_ISSUER");
  });
});

describe("RFC 8996 §5 old versions", () => {
  // OpenSSL itself grants TLS 1.0 and 1.1 only at security level 0.
  const OLD = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" } as const;

  it("MUST be refused where a server offers nothing better", async () => {
    const old = createTlsServer({ ...OLD, key: server.privateKeyPem, cert: server.certificatePem });
    expect(await codeOf(connect(await portOf(old)))).toBe("TLS_VERSION");
  });

  it("MUST be refused where a client offers nothing better", async () => {
    const { local, refused } = await listen();
    const socket = connectRaw({ ...OLD, host: HOST, port: local.port, ca: server.certificatePem });
    const error = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(error.message).toMatch(/protocol.version/i);
    expect(refused).toEqual(["TLS_VERSION"]);
  });
});

describe("what speaks no TLS", () => {
  it.each<readonly [string, (socket: Socket) => void]>([
    ["answers in plain text", (socket) => socket.end("SIP/2.0 400 Bad Request\r\n\r\n")],
    [
      "closes at the hello",
      (socket) => {
        socket.once("data", () => socket.end());
      },
    ],
    [
      "resets at the hello",
      (socket) => {
        socket.once("data", () => socket.resetAndDestroy());
      },
    ],
  ])("MUST be told apart when a server %s", async (_what, onSocket) => {
    const port = await plainServer((socket) => {
      socket.on("error", () => undefined);
      onSocket(socket);
    });
    expect(await codeOf(connect(port))).toBe("TLS_NOT_SPOKEN");
  });

  it("MUST be closed without a word to the owner when a client speaks plainly", async () => {
    const { local, refused } = await listen();
    const plain = await sockets.connectTcp(local, {
      signal: new AbortController().signal,
      timeoutMs: 5000,
    });
    if (!plain.ok) throw new Error(plain.error.message);
    const { promise, resolve } = Promise.withResolvers<SocketError | undefined>();
    plain.value.start({
      onData: () => undefined,
      onDrained: () => undefined,
      onEnd: () => {
        plain.value.end();
      },
      onClose: resolve,
    });
    plain.value.write(Buffer.from("OPTIONS sip:a.example SIP/2.0\r\n\r\n"));
    await promise;
    expect(refused).toEqual(["TLS_NOT_SPOKEN"]);
  });

  it("MUST be told as the way there failing where nobody listens", async () => {
    const port = await plainServer(() => undefined);
    for (const close of closing.splice(0)) close();
    expect(await codeOf(connect(port))).toBe("ECONNREFUSED");
  });
});

describe("a handshake under way", () => {
  it("MUST make room for others when one host begins more than the limit", async () => {
    const { local, refused, accepted } = await listen();
    const idle = Array.from({ length: MAX_PENDING_HANDSHAKES + 1 }, () => {
      const socket = connectPlain({ host: HOST, port: local.port });
      closing.push(() => socket.destroy());
      return new Promise((resolve) => socket.once("close", resolve).on("error", () => undefined));
    });
    await Promise.race(idle);
    expect(await codeOf(connect(local.port))).toBe("connected");
    await accepted;
    expect(new Set(refused)).toEqual(new Set(["TLS_TOO_MANY"]));
  });

  it("MUST end where the server goes on saying nothing", async () => {
    const port = await plainServer((socket) => closing.push(() => socket.destroy()));
    const trust = { kind: "fingerprint", sha256: server.fingerprint } as const;
    expect(await codeOf(connect(port, trust, { handshakeMs: 50 }))).toBe("TLS_TIMEOUT");
  });

  it("MUST end, and be told of, where a client never finishes it", async () => {
    const refusal = Promise.withResolvers<string>();
    const { local } = await listen({
      handshakeMs: 50,
      onRefused: (error, remote) => {
        refusal.resolve(`${error.code} ${remote.host}`);
      },
    });
    const socket = connectPlain({ host: HOST, port: local.port });
    closing.push(() => socket.destroy());
    const closed = new Promise((resolve) => socket.once("close", resolve).resume());
    // The head of a hello that never comes whole.
    socket.on("error", () => undefined).write(Buffer.from("1603010200010001fc0303", "hex"));
    expect(await refusal.promise).toBe(`TLS_TIMEOUT ${HOST}`);
    await closed;
  });

  it("MUST not begin for whoever is not welcome, and nobody is told of it", async () => {
    const asked: string[] = [];
    const { local, refused } = await listen({
      isWelcome: ({ host }) => {
        asked.push(host);
        return false;
      },
    });
    const socket = connectPlain({ host: HOST, port: local.port });
    const heard: Buffer[] = [];
    socket.on("data", (bytes: Buffer) => heard.push(bytes)).on("error", () => undefined);
    socket.write(Buffer.from("1603010200010001fc0303", "hex"));
    await new Promise((resolve) => socket.once("close", resolve));
    expect(await codeOf(connect(local.port))).toBe("TLS_NOT_SPOKEN");
    expect([heard, refused, asked]).toEqual([[], [], [HOST, HOST]]);
  });

  it("MUST end with whoever gives it up", async () => {
    const port = await plainServer((socket) => closing.push(() => socket.destroy()));
    const abort = new AbortController();
    const trust = { kind: "fingerprint", sha256: server.fingerprint } as const;
    const options = { signal: abort.signal, timeoutMs: 5000, trust };
    const attempt = sockets.connectTls({ host: HOST, port }, options);
    abort.abort();
    const result = await attempt;
    expect(result.ok ? "connected" : result.error.code).toBe("ABORT_ERR");
  });

  it("MUST close with its listener", async () => {
    const { local, refused } = await listen();
    const plain = await sockets.connectTcp(local, {
      signal: new AbortController().signal,
      timeoutMs: 5000,
    });
    if (!plain.ok) throw new Error(plain.error.message);
    const closed = Promise.withResolvers<undefined>();
    plain.value.start({
      onData: () => undefined,
      onDrained: () => undefined,
      onEnd: () => {
        plain.value.end();
      },
      onClose: () => {
        closed.resolve(undefined);
      },
    });
    // The server has taken the connection from its queue once it has taken a later one.
    await connect(local.port);
    for (const close of closing.splice(0)) close();
    await closed.promise;
    expect(refused).toEqual([]);
  });
});
