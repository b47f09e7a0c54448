import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatHostPort, type HostPort } from "../../main/base/host-port.ts";
import { selfSignedIdentity } from "../../main/base/self-signed.node.ts";
import { KamailioCore, loopbackPlace } from "../support/kamailio-core.ts";
import { need } from "../support/need.ts";
import { credentials } from "../support/raw-sip.ts";

const hasTls = ["x86_64-linux-gnu", "aarch64-linux-gnu"].some((machine) =>
  existsSync(`/usr/lib/${machine}/kamailio/modules/tls.so`),
);
const canRun = need(hasTls, "kamailio-tls-modules, to be a core that listens on TLS");
const DAY_MS = 86_400_000;
const PATIENCE_MS = 10_000;

/** What is said and heard over one protected connection. */
class Protected {
  readonly #socket: TLSSocket;
  #heard = "";

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#heard += bytes.toString("latin1");
    });
  }

  static open(to: HostPort, certificatePem: string): Promise<Protected> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...to, ca: certificatePem }, () => {
        resolve(new Protected(socket));
      });
      socket.once("error", reject);
    });
  }

  get local(): string {
    return `${this.#socket.localAddress ?? ""}:${String(this.#socket.localPort ?? 0)}`;
  }

  /** Registers bob, with one header more; the whole answer. */
  async register(cseq: number, more: readonly string[] = []): Promise<string> {
    const lines = [
      "REGISTER sip:b.example SIP/2.0",
      `Via: SIP/2.0/TLS ${this.local};branch=z9hG4bK-r${String(cseq)}`,
      ...["Max-Forwards: 70", "From: <sip:bob@b.example>;tag=r", "To: <sip:bob@b.example>"],
      ...["Call-ID: protected", `CSeq: ${String(cseq)} REGISTER`, "Expires: 60"],
      `Contact: <sip:bob@${this.local};transport=tls>`,
      ...[...more, "Content-Length: 0", "", ""],
    ];
    this.#socket.write(lines.join("\r\n"));
    return this.hears(
      new RegExp(`SIP/2\\.0 \\d+ (?:(?!\\r\\n\\r\\n)[^])*CSeq: ${String(cseq)} [^]*?\\r\\n\\r\\n`),
    );
  }

  async hears(what: RegExp): Promise<string> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (Date.now() < deadlineMs) {
      const found = what.exec(this.#heard)?.[0];
      if (found !== undefined) return found;
      await sleep(10);
    }
    throw new Error(`never heard ${what.source}:\n${this.#heard}`);
  }

  close(): void {
    this.#socket.destroy();
  }
}

// The module is a package of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("deploy/kamailio: a core that listens on TLS (RFC 3261 §26.3.1)", () => {
  const place = loopbackPlace();
  const secure = { host: place.host, port: 5071 };
  const identity = selfSignedIdentity({
    names: ["b.example", place.host],
    notBeforeMs: Date.now() - DAY_MS,
    notAfterMs: Date.now() + DAY_MS,
  });
  let folder: string;
  let core: KamailioCore;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cpm-tls-"));
    const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
    await writeFile(certificate, identity.certificatePem);
    await writeFile(key, identity.privateKeyPem, { mode: 0o600 });
    core = await KamailioCore.start({
      ...{ domain: "b.example", address: place, users: ["bob"] },
      ...{ neighbours: {}, workers: ["127.0.0.1:9"] },
      more: [
        `#!define TLS_ADDRESS "${formatHostPort(secure)}"`,
        `#!define TLS_CERTIFICATE "${certificate}"`,
        `#!define TLS_KEY "${key}"`,
        `listen=tls:${formatHostPort(secure)}`,
      ],
    });
  });

  afterAll(async () => {
    await core.stop();
    await rm(folder, { recursive: true });
  });

  it("MUST register a device, and keep its requests on TLS by the Service-Route", async () => {
    const device = await Protected.open(secure, identity.certificatePem);
    const challenged = await device.register(1);
    const challenge = /WWW-Authenticate: ([^\r]*)/.exec(challenged)?.[1] ?? "";
    const asked = { method: "REGISTER", uri: "sip:b.example" };
    const proof = credentials(challenge, { username: "bob", password: "demo" }, asked);
    const registered = await device.register(2, [`Authorization: ${proof}`]);
    expect(registered).toMatch(/^SIP\/2\.0 200 /);
    expect(registered).toContain(
      `Service-Route: <sip:orig@${formatHostPort(secure)};transport=tls;lr>\r\n`,
    );
    device.close();
  });

  it("MUST NOT be believed by a device that does not know its certificate", async () => {
    const other = selfSignedIdentity({
      names: [place.host],
      notBeforeMs: Date.now() - DAY_MS,
      notAfterMs: Date.now() + DAY_MS,
    });
    await expect(Protected.open(secure, other.certificatePem)).rejects.toThrow(/certificate/);
  });
});
