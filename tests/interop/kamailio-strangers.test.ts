import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatHostPort } from "../../main/base/host-port.ts";
import type { SipMessage } from "../../main/sip/message/message.ts";
import { KamailioCore, loopbackPlace } from "../support/kamailio-core.ts";
import { hasKamailio } from "../support/kamailio-relay.ts";
import { need } from "../support/need.ts";
import { credentials, type RawRequest, RawSip } from "../support/raw-sip.ts";

const canRun = need(hasKamailio(), "kamailio, to be the SIP/IP Core");
const DOMAIN = "a.example";
const ICSI = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";
const METHODS = ["INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "PUBLISH", "REFER", "INFO", "X"];

// Kamailio is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("deploy/kamailio: whoever can reach the core's port", () => {
  const place = loopbackPlace();
  const socket = `unix:${join(tmpdir(), `cpm-${randomBytes(6).toString("hex")}.sock`)}`;
  let core: KamailioCore;
  let alice: RawSip;
  let bob: RawSip;
  let neighbour: RawSip;

  beforeAll(async () => {
    neighbour = await RawSip.open();
    core = await KamailioCore.start({
      ...{ domain: DOMAIN, address: place, users: ["alice", "bob", "carol", "erin"] },
      neighbours: { "b.example": neighbour.local },
      // Nobody listens there.
      workers: ["127.0.0.1:9"],
      // All that is said here comes from one address.
      more: [`#!define CONTROL "${socket}"`, "#!define RATE 10000"],
    });
  });

  afterAll(async () => {
    await core.stop();
    neighbour.close();
  });

  beforeEach(async () => {
    [alice, bob] = [await RawSip.open(), await RawSip.open()];
  });

  afterEach(() => {
    alice.close();
    bob.close();
  });

  function request(method: string, more: Partial<RawRequest> = {}): RawRequest {
    return {
      ...{ method, uri: `sip:bob@${DOMAIN}`, to: `<sip:bob@${DOMAIN}>`, cseq: 1 },
      from: `<sip:alice@${DOMAIN}>;tag=${randomBytes(6).toString("hex")}`,
      callId: randomBytes(8).toString("hex"),
      ...more,
      lines: [`Contact: <sip:alice@${formatHostPort(alice.local)}>`, ...(more.lines ?? [])],
    };
  }

  async function control(...command: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("/usr/sbin/kamcmd", ["-s", socket, ...command]);
    return stdout;
  }

  async function status(from: RawSip, sent: RawRequest): Promise<number> {
    from.request(place, sent);
    return (await from.answer(sent.callId, sent.cseq)).status;
  }

  /** Sends, is challenged, and sends again with a password. */
  async function proven(
    from: RawSip,
    user: string,
    sent: RawRequest,
    password = "demo",
  ): Promise<{ readonly status: number; readonly challenge: string }> {
    from.request(place, sent);
    const challenged = await from.answer(sent.callId, sent.cseq);
    const isRegister = sent.method === "REGISTER";
    const [asks, answers] = isRegister
      ? (["WWW-Authenticate", "Authorization"] as const)
      : (["Proxy-Authenticate", "Proxy-Authorization"] as const);
    const challenge = challenged.headers.get(asks) ?? "";
    const proof = credentials(challenge, { username: user, password }, sent);
    const again = {
      ...sent,
      cseq: sent.cseq + 1,
      lines: [...(sent.lines ?? []), `${answers}: ${proof}`],
    };
    return { status: await status(from, again), challenge: proof };
  }

  function register(user: string, at: RawSip, more: readonly string[] = []): RawRequest {
    return {
      ...request("REGISTER", { uri: `sip:${DOMAIN}`, to: `<sip:${user}@${DOMAIN}>` }),
      from: `<sip:${user}@${DOMAIN}>;tag=r`,
      lines: [`Contact: <sip:${user}@${formatHostPort(at.local)}>`, "Expires: 60", ...more],
    };
  }

  it.each(METHODS)("MUST challenge %s from nobody we know", async (method) => {
    expect(await status(alice, request(method))).toBe(407);
  });

  it("MUST challenge a REGISTER, and take it from its own user only", async () => {
    expect(await status(alice, register("alice", alice))).toBe(401);
    expect((await proven(alice, "alice", register("alice", alice), "wrong")).status).toBe(401);
    expect((await proven(alice, "alice", register("bob", alice))).status).toBe(403);
    expect((await proven(alice, "alice", register("alice", alice))).status).toBe(200);
  });

  it("MUST stop looking at passwords of one source for one user after five wrong ones, known user or not", async () => {
    const locked: number[][] = [];
    for (const user of ["carol", "nobody"]) {
      const statuses: number[] = [];
      for (let i = 0; i < 6; i += 1)
        statuses.push((await proven(alice, user, register(user, alice), "wrong")).status);
      statuses.push((await proven(alice, user, register(user, alice))).status);
      locked.push(statuses);
    }
    expect(locked).toEqual([
      [401, 401, 401, 401, 401, 403, 403],
      [401, 401, 401, 401, 401, 403, 403],
    ]);
    expect((await proven(alice, "alice", register("alice", alice))).status).toBe(200);
  });

  it("MUST ring where a device says that it takes files, and everywhere where none does (RFC 3841)", async () => {
    const wants = [`Accept-Contact: *;+g.3gpp.icsi-ref="${ICSI.replaceAll(":", "%3A")}"`];
    const says = `;+g.3gpp.icsi-ref="${ICSI.replaceAll(":", "%3A")}"`;
    const phone = await RawSip.open();
    const rung = async (): Promise<readonly boolean[]> => {
      const sent = request("MESSAGE", { lines: wants, uri: `sip:erin@${DOMAIN}` });
      void proven(alice, "alice", sent).catch(() => undefined);
      const isIt = (one: SipMessage): boolean =>
        one.kind === "request" && one.headers.get("Call-ID") === sent.callId;
      await Promise.any([phone.message(isIt), bob.message(isIt)]);
      // Those that are rung are rung at once: an answer of the core comes later than both.
      await status(alice, request("OPTIONS"));
      return [phone.heard.some(isIt), bob.heard.some(isIt)];
    };
    const contact = (at: RawSip, more = ""): RawRequest => ({
      ...register("erin", at),
      lines: [`Contact: <sip:erin@${formatHostPort(at.local)}>${more}`, "Expires: 60"],
    });
    expect((await proven(phone, "erin", contact(phone))).status).toBe(200);
    expect((await proven(bob, "erin", contact(bob))).status).toBe(200);
    expect(await rung()).toEqual([true, true]);
    expect((await proven(bob, "erin", contact(bob, says))).status).toBe(200);
    expect(await rung()).toEqual([false, true]);
    phone.close();
  });

  it("MUST NOT register a device at the core's own address", async () => {
    const loop = { ...register("alice", alice) };
    const lines = [`Contact: <sip:bob@${formatHostPort(place)}>`];
    expect((await proven(alice, "alice", { ...loop, lines })).status).toBe(400);
  });

  it("MUST NOT take a proof a second time, nor one of another user", async () => {
    const sent = request("MESSAGE");
    const { challenge } = await proven(alice, "alice", sent);
    const lines = [`Proxy-Authorization: ${challenge}`];
    expect(await status(bob, request("MESSAGE", { lines }))).toBe(407);
    expect((await proven(bob, "bob", request("MESSAGE"))).status).toBe(403);
  });

  it.each([
    ["a way to somewhere else", (elsewhere: string) => `Route: <sip:${elsewhere};lr>`, 403],
    [
      "us first and then somewhere else",
      (elsewhere: string) => `Route: <sip:orig@${formatHostPort(place)};lr>, <sip:${elsewhere};lr>`,
      403,
    ],
    [
      "a dialog identifier that was guessed",
      () => `Route: <sip:odi-0123456789abcdef@${formatHostPort(place)};lr>`,
      403,
    ],
  ])("MUST refuse a request that names %s", async (_what, line, expected) => {
    const lines = [line(formatHostPort(bob.local))];
    expect(await status(alice, request("INVITE", { lines }))).toBe(expected);
    expect(bob.heard).toEqual([]);
  });

  it.each([
    ["no Route", () => []],
    ["our address", () => [`Route: <sip:${formatHostPort(place)};lr>`]],
    ["an invented mark", () => [`Route: <sip:${formatHostPort(place)};lr;cpm=${"0".repeat(24)}>`]],
  ])("MUST NOT reach a device by an invented To tag, with %s", async (_what, route) => {
    const uri = `sip:bob@${formatHostPort(bob.local)}`;
    const to = `<sip:bob@${DOMAIN}>;tag=invented`;
    expect(await status(alice, request("BYE", { uri, to, lines: route() }))).toBe(481);
    expect(bob.heard).toEqual([]);
  });

  it("MUST strip what only the core may assert, in all spellings, and assert it itself (RFC 3325)", async () => {
    expect((await proven(bob, "bob", register("bob", bob))).status).toBe(200);
    const forged = [
      `P-Asserted-Identity: <sip:bob@${DOMAIN}>`,
      `p-asserted-identity : <sip:forged1@${DOMAIN}>`,
      `P-ASSERTED-IDENTITY\t:\r\n <sip:forged2@${DOMAIN}>`,
      `P-Preferred-Identity: <sip:forged3@${DOMAIN}>`,
      `P-Asserted-Service: urn:urn-7:forged`,
      "P-Called-Party-ID: <sip:forged4@a.example>",
      `P-Served-User: <sip:forged5@${DOMAIN}>`,
      `P-Preferred-Service: ${ICSI}`,
      `Authorization: Digest username="alice", realm="${DOMAIN}", nonce="forged"`,
      'Authorization: Digest username="alice", realm="elsewhere.example", nonce="n"',
    ];
    const sent = request("MESSAGE", { lines: forged, body: "hello" });
    void proven(alice, "alice", sent).catch(() => undefined);
    const got = await bob.message((one) => one.kind === "request" && one.method === "MESSAGE");
    expect(got.headers.getAll("P-Asserted-Identity")).toEqual([`<sip:alice@${DOMAIN}>`]);
    expect(got.headers.getAll("P-Asserted-Service")).toEqual([ICSI]);
    expect(got.headers.getAll("P-Called-Party-ID")).toEqual([`<sip:bob@${DOMAIN}>`]);
    expect(JSON.stringify(got.headers.fields)).not.toContain("forged");
    expect(got.headers.has("Proxy-Authorization")).toBe(false);
    expect(got.headers.getAll("Authorization")).toHaveLength(1);
  });

  it("MUST NOT show who calls to a device when the caller asks for privacy (RFC 3325 §7)", async () => {
    expect((await proven(bob, "bob", register("bob", bob))).status).toBe(200);
    void proven(alice, "alice", request("MESSAGE", { lines: ["Privacy: id"] })).catch(
      () => undefined,
    );
    const got = await bob.message((one) => one.kind === "request" && one.method === "MESSAGE");
    expect(got.headers.has("P-Asserted-Identity")).toBe(false);
  });

  it("MUST let a neighbour speak for its own users, and for nobody else", async () => {
    expect((await proven(bob, "bob", register("bob", bob))).status).toBe(200);
    const identities: (readonly string[])[] = [];
    for (const user of ["carol@b.example", `alice@${DOMAIN}`]) {
      const sent = request("MESSAGE", { lines: [`P-Asserted-Identity: <sip:${user}>`] });
      neighbour.request(place, sent);
      const got = await bob.message(
        (one) => one.kind === "request" && one.headers.get("Call-ID") === sent.callId,
      );
      identities.push(got.headers.getAll("P-Asserted-Identity"));
    }
    expect(identities).toEqual([["<sip:carol@b.example>"], []]);
  });

  it("MUST leave session timers to both ends: they pass as they are (RFC 4028 §8)", async () => {
    expect((await proven(bob, "bob", register("bob", bob))).status).toBe(200);
    const lines = ["Supported: timer", "Session-Expires: 1800;refresher=uac", "Min-SE: 95"];
    const sent = request("INVITE", { lines });
    neighbour.request(place, sent);
    const got = await bob.message(
      (one) => one.kind === "request" && one.headers.get("Call-ID") === sent.callId,
    );
    const seen = ["Supported", "Session-Expires", "Min-SE"].map((name) => got.headers.get(name));
    expect(seen).toEqual(["timer", "1800;refresher=uac", "95"]);
  });

  it("MUST NOT carry a neighbour's request to a third network", async () => {
    const sent = request("MESSAGE", { uri: "sip:dave@c.example" });
    expect(await status(neighbour, sent)).toBe(404);
  });

  it("MUST keep the Path of a device behind an edge proxy, and say no to one that knows no Path (RFC 3327)", async () => {
    const path = [`Path: <sip:${formatHostPort(alice.local)};lr>`];
    expect((await proven(bob, "bob", register("bob", bob, path))).status).toBe(420);
    const known = register("bob", bob, [...path, "Supported: path"]);
    expect((await proven(bob, "bob", known)).status).toBe(200);
    const sent = request("MESSAGE", { body: "by way of the edge" });
    void proven(alice, "alice", sent).catch(() => undefined);
    const got = await alice.message((one) => one.kind === "request" && one.method === "MESSAGE");
    expect(got.headers.getAll("Route")).toEqual([`<sip:${formatHostPort(alice.local)};lr>`]);
    expect(got.kind === "request" ? got.uri : "").toBe(`sip:bob@${formatHostPort(bob.local)}`);
  });

  it("MUST refuse an offer whose Participating Function does not answer, within its time", async () => {
    const lines = [`P-Preferred-Service: ${ICSI}`];
    const sent = request("INVITE", { lines, uri: "sip:carol@b.example" });
    const startMs = Date.now();
    expect((await proven(alice, "alice", sent)).status).toBe(503);
    expect(Date.now() - startMs).toBeLessThan(5_000);
    expect(await control("dispatcher.list")).toMatch(/URI: sip:127\.0\.0\.1:9\s+FLAGS: I/);
  });

  it("MUST give no new session to a worker that its operator takes out", async () => {
    const flags = /URI: sip:127\.0\.0\.1:9\s+FLAGS: (\w)/;
    await control("dispatcher.set_state", "d", "1", "sip:127.0.0.1:9");
    expect(flags.exec(await control("dispatcher.list"))?.[1]).toBe("D");
    await control("dispatcher.reload");
    expect(flags.exec(await control("dispatcher.list"))?.[1]).not.toBe("D");
  });

  it("MUST take an account that was added to its table, without a restart", async () => {
    expect((await proven(alice, "dave", register("dave", alice))).status).toBe(401);
    await core.addUser("dave");
    expect((await proven(alice, "dave", register("dave", alice))).status).toBe(200);
  });
});

// As above: nothing could be shown without the program.
describe.skipIf(!canRun)(
  "deploy/kamailio: a source that proves nothing (RFC 3261 §26.3.2.4)",
  () => {
    it("MUST be told to wait, and then nothing, while others are served", async () => {
      const place = loopbackPlace();
      const core = await KamailioCore.start({
        ...{ domain: DOMAIN, address: place, users: ["alice"] },
        ...{ neighbours: {}, workers: ["127.0.0.1:9"] },
      });
      const flooder = await RawSip.open("127.0.0.77");
      const other = await RawSip.open();
      const message = (i: number): RawRequest => ({
        ...{ method: "OPTIONS", uri: `sip:alice@${DOMAIN}`, to: `<sip:alice@${DOMAIN}>`, cseq: 1 },
        ...{ from: `<sip:alice@${DOMAIN}>;tag=f`, callId: `flood-${String(i)}` },
      });
      for (let i = 0; i < 400; i += 1) flooder.request(place, message(i));
      const waiting = await flooder.message((one) => one.kind === "response" && one.status === 503);
      expect(waiting.headers.get("Retry-After")).toBe("2");
      other.request(place, message(1000));
      expect((await other.answer("flood-1000", 1)).status).toBe(407);
      const statuses = flooder.heard.map((one) => (one.kind === "response" ? one.status : 0));
      // 30 challenges and as many 503 in each stretch of two seconds, of which there may be two.
      expect(statuses.filter((one) => one === 407).length).toBeLessThanOrEqual(60);
      expect(statuses.filter((one) => one === 503).length).toBeLessThanOrEqual(64);
      expect(new Set(statuses)).toEqual(new Set([407, 503]));
      for (const one of [flooder, other]) one.close();
      await core.stop();
    });
  },
);
