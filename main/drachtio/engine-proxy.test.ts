import { describe, expect, it } from "vitest";
import {
  authenticated,
  type EngineBed,
  incoming,
  LOCAL,
  lastTxn,
  PEER,
  sip,
} from "../../tests/support/engine-bed.ts";
import {
  type ScriptedPeer,
  scriptedPeer,
  scriptedResponse,
} from "../../tests/support/scripted-peer.ts";
import type { SipRequest } from "../sip/message/message.ts";
import type { EngineOptions } from "./engine.ts";

const ONE = "10.0.0.2";
const TWO = "10.0.0.3";

/** Statuses that a place answers an INVITE with, one after the other; none: it says nothing. */
type Answers = readonly number[];

interface ProxyBed extends EngineBed {
  readonly caller: ScriptedPeer;
  readonly one: ScriptedPeer;
  readonly two: ScriptedPeer;
  /** Final and provisional statuses that the caller got, without 100. */
  readonly statuses: () => readonly number[];
  /** Has the pending request proxied; gives the command's id. */
  readonly proxy: (options: string, headers?: readonly string[]) => Promise<string>;
  /** What the client heard of the command: `NOK text`, statuses of branches, `done`. */
  readonly heard: (rid: string) => readonly string[];
}

function place(
  made: EngineBed,
  host: string,
  answers: Answers | ((nthInvite: number) => Answers),
): Promise<ScriptedPeer> {
  let invites = 0;
  const next = (): Answers => {
    invites += 1;
    return typeof answers === "function" ? answers(invites) : answers;
  };
  return scriptedPeer(made.net, host, {
    onRequest: (request, from, self) => {
      const answer = (status: number): void => {
        const contact = { Contact: `<sip:b@${host}:5060>` };
        self.send(scriptedResponse(request, status, contact, { toTag: `t${host}` }), from);
      };
      if (request.method === "INVITE") for (const status of next()) answer(status);
      else if (request.method !== "ACK") answer(200);
    },
  });
}

async function proxyBed(
  first: Answers | ((nthInvite: number) => Answers),
  second: Answers,
  request: SipRequest = incoming("INVITE"),
  options: Partial<EngineOptions> = {},
): Promise<ProxyBed> {
  const made = await authenticated(options);
  const caller = await scriptedPeer(made.net, PEER.host);
  const one = await place(made, ONE, first);
  const two = await place(made, TWO, second);
  caller.send(request, LOCAL);
  await made.clock.advanceAsync(10);
  return {
    ...{ ...made, caller, one, two },
    statuses: () => caller.responses.map(({ status }) => status).filter((one) => one > 100),
    proxy: async (given, headers = []) => {
      const text = sip(`INVITE sip:${ONE} SIP/2.0`, headers);
      const rid = made.client.send(`proxy|${lastTxn(made.client)}|${given}\r\n${text}`);
      await made.clock.advanceAsync(10);
      return rid;
    },
    heard: (rid) =>
      made.client.frames
        .filter((frame) => frame.split("|")[2] === rid)
        .map((frame) => {
          const [meta = "", startLine = ""] = frame.split("\r\n");
          const tokens = meta.split("|").slice(3);
          if (tokens[0] !== "OK") return tokens.join(" ");
          return tokens[9] === "continue" ? (startLine.split(" ")[1] ?? "") : (tokens[1] ?? "");
        }),
  };
}

const methods = (peer: ScriptedPeer): readonly string[] =>
  peer.requests.map((request) => request.method);

const BOTH = `sip:${ONE}|sip:${TWO}`;
const SERIAL = `|fullResponse||serial|||${BOTH}`;
const PARALLEL = `|fullResponse||simultaneous|||${BOTH}`;

describe("drachtio wire protocol 1.2 proxy, one destination after the other", () => {
  it("MUST try the next one after a failure, and report each final response and the end", async () => {
    const bed = await proxyBed([180, 486], [183, 200]);
    const rid = await bed.proxy(SERIAL, ["x-flavour: mint", "via: forged"]);
    expect(bed.statuses()).toEqual([180, 183, 200]);
    expect(bed.heard(rid)).toEqual(["486", "200", "done"]);
    const [sent] = bed.two.requests;
    expect(sent?.uri).toBe(`sip:${TWO}`);
    expect(sent?.headers.get("Max-Forwards")).toBe("69");
    expect(sent?.headers.get("X-Flavour")).toBe("mint");
    expect(sent?.headers.list("Via").length).toBe(2);
    expect(sent?.headers.has("Record-Route")).toBe(false);
    expect(methods(bed.one)).toEqual(["INVITE", "ACK"]);
  });

  it("MUST send the best failure when there is no destination left", async () => {
    const bed = await proxyBed([404], [486]);
    const rid = await bed.proxy(SERIAL);
    expect([bed.statuses(), bed.heard(rid)]).toEqual([[404], ["404", "486", "done"]]);
  });

  it("MUST stop at a 6xx, and at a challenge that only the caller can answer", async () => {
    for (const status of [603, 407]) {
      const bed = await proxyBed([status], [200]);
      const rid = await bed.proxy(SERIAL);
      expect([bed.statuses(), bed.heard(rid)]).toEqual([[status], [String(status), "done"]]);
      expect(bed.two.requests).toEqual([]);
    }
  });

  it("MUST leave a Request-URI that names somebody else, and take the destination as next hop", async () => {
    const bed = await proxyBed([200], [], { ...incoming("INVITE"), uri: "sip:bob@b.example" });
    await bed.proxy(`||||||sip:${ONE}`);
    expect(bed.one.requests[0]?.uri).toBe("sip:bob@b.example");
  });

  it("MUST go on without a provisional response in time, and CANCEL what answers later", async () => {
    const bed = await proxyBed([], [200]);
    const rid = await bed.proxy(`|fullResponse||serial|1500ms||${BOTH}`);
    await bed.clock.advanceAsync(2000);
    expect([bed.statuses(), bed.heard(rid)]).toEqual([[200], ["408", "200", "done"]]);
    const [invite] = bed.one.requests;
    if (invite === undefined) throw new Error("nothing was sent to the first place");
    bed.one.send(scriptedResponse(invite, 180, {}, { toTag: "x" }), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(methods(bed.one).at(-1)).toBe("CANCEL");
    expect(bed.statuses()).toEqual([200]);
  });

  it("MUST CANCEL a destination that rings too long, and try the next", async () => {
    const bed = await proxyBed([180], [200]);
    const rid = await bed.proxy(`|fullResponse||serial||2s|${BOTH}`);
    await bed.clock.advanceAsync(2500);
    expect(methods(bed.one)).toContain("CANCEL");
    expect([bed.statuses(), bed.heard(rid)]).toEqual([
      [180, 200],
      ["408", "200", "done"],
    ]);
  });

  it("MUST answer 408 when nobody answers at all", async () => {
    const bed = await proxyBed([], []);
    const rid = await bed.proxy(`|fullResponse||serial|||sip:${ONE}`);
    await bed.clock.advanceAsync(32_100);
    expect([bed.statuses(), bed.heard(rid)]).toEqual([[408], ["408", "done"]]);
  });

  it("MUST answer 503 for a destination without an address", async () => {
    const bed = await proxyBed([], []);
    const rid = await bed.proxy("|fullResponse||serial|||sip:nowhere.example");
    expect([bed.statuses(), bed.heard(rid)]).toEqual([[503], ["503", "done"]]);
  });

  it("MUST follow redirects when asked, to each place once, and otherwise pass them on", async () => {
    for (const follow of ["followRedirects", ""]) {
      const bed = await proxyBed([], [200]);
      const rid = await bed.proxy(`|fullResponse|${follow}|serial|||sip:${ONE}`);
      const [invite] = bed.one.requests;
      if (invite === undefined) throw new Error("nothing was sent");
      const contact = { Contact: `<sip:${ONE}>, <sip:new@${TWO}>` };
      bed.one.send(scriptedResponse(invite, 302, contact, { toTag: "x" }), LOCAL);
      await bed.clock.advanceAsync(10);
      const isFollowed = follow !== "";
      expect(bed.statuses()).toEqual([isFollowed ? 200 : 302]);
      expect(bed.heard(rid)).toEqual(isFollowed ? ["302", "200", "done"] : ["302", "done"]);
      expect(bed.two.requests[0]?.uri).toBe(isFollowed ? `sip:new@${TWO}` : undefined);
    }
  });
});

describe("drachtio wire protocol 1.2 proxy, all destinations at once", () => {
  it("MUST cancel the others when one accepts, and pass on nothing they say later", async () => {
    const bed = await proxyBed([180], [200]);
    const rid = await bed.proxy(PARALLEL);
    const cancel = bed.one.requests.find((request) => request.method === "CANCEL");
    expect(cancel?.headers.get("Reason")).toContain("Call completed elsewhere");
    const [invite] = bed.one.requests;
    if (invite === undefined) throw new Error("nothing was sent");
    bed.one.send(scriptedResponse(invite, 183, {}, { toTag: "x" }), LOCAL);
    bed.one.send(scriptedResponse(invite, 487, {}, { toTag: "x" }), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(bed.statuses()).toEqual([180, 200]);
    expect(bed.heard(rid)).toEqual(["200", "done"]);
  });

  it("MUST pass on a second 2xx (RFC 3261 §16.7 step 5)", async () => {
    const bed = await proxyBed([200], [200]);
    await bed.proxy(PARALLEL);
    expect(bed.statuses()).toEqual([200, 200]);
  });

  it("MUST send a 6xx only when the others have ended", async () => {
    const bed = await proxyBed([180], [603]);
    await bed.proxy(PARALLEL);
    expect([methods(bed.one).includes("CANCEL"), bed.statuses()]).toEqual([true, [180]]);
    const [invite] = bed.one.requests;
    if (invite === undefined) throw new Error("nothing was sent");
    bed.one.send(scriptedResponse(invite, 487, {}, { toTag: "x" }), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(bed.statuses()).toEqual([180, 603]);
  });
});

describe("RFC 3261 §16.10 CANCEL of a proxied INVITE", () => {
  const cancelOf = (invite: SipRequest): SipRequest => ({
    ...invite,
    method: "CANCEL",
    headers: invite.headers.set("CSeq", "1 CANCEL").append("Reason", "SIP;cause=200"),
  });

  it("MUST be answered, sent on with its Reason, and end in 487", async () => {
    const bed = await proxyBed([180], [180]);
    const rid = await bed.proxy(PARALLEL);
    bed.caller.send(cancelOf(incoming("INVITE")), LOCAL);
    await bed.clock.advanceAsync(10);
    for (const peer of [bed.one, bed.two]) {
      const cancel = peer.requests.find((request) => request.method === "CANCEL");
      expect(cancel?.headers.get("Reason")).toBe("SIP;cause=200");
      const [invite] = peer.requests;
      if (invite === undefined) throw new Error("nothing was sent");
      peer.send(scriptedResponse(invite, 487, {}, { toTag: "x" }), LOCAL);
    }
    await bed.clock.advanceAsync(10);
    expect(bed.statuses().toSorted((a, b) => a - b)).toEqual([180, 180, 200, 487]);
    expect(bed.heard(rid)).toEqual(["487", "487", "done"]);
  });

  it("MUST NOT hide a 2xx that crosses it", async () => {
    const bed = await proxyBed([], []);
    await bed.proxy(`|fullResponse||serial|||sip:${ONE}`);
    bed.caller.send(cancelOf(incoming("INVITE")), LOCAL);
    await bed.clock.advanceAsync(10);
    const [invite] = bed.one.requests;
    if (invite === undefined) throw new Error("nothing was sent");
    bed.one.send(scriptedResponse(invite, 200, { Contact: `<sip:${ONE}>` }, { toTag: "x" }), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(bed.statuses()).toEqual([200, 487, 200]);
  });
});

describe("RFC 3261 §16.3 checks of a proxy", () => {
  it("MUST answer 483 when no hop is left", async () => {
    const request = incoming("INVITE");
    const headers = request.headers.set("Max-Forwards", "0");
    const bed = await proxyBed([200], [], { ...request, headers });
    const rid = await bed.proxy(SERIAL);
    expect([bed.statuses(), bed.heard(rid)]).toEqual([[483], ["NOK Too Many Hops"]]);
  });

  it("MUST answer 482 for a request that comes back to where it is being proxied", async () => {
    const bed = await proxyBed([], []);
    await bed.proxy(`||||||sip:${ONE}`);
    const again = incoming("INVITE");
    const via = "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKother";
    bed.caller.send({ ...again, headers: again.headers.set("Via", via) }, LOCAL);
    await bed.clock.advanceAsync(10);
    expect(bed.statuses()).toEqual([482]);
  });

  it.each([
    ["x|||||||sip:10.0.0.2", "NOK Unknown transaction id: x"],
    ["x|||||||", "NOK proxy needs a destination"],
    ["x|||||soon||sip:10.0.0.2", "NOK invalid timeout: soon"],
    ["x||||||2 s|sip:10.0.0.2", "NOK invalid timeout: 2 s"],
    ["x|||||||nowhere", "NOK invalid destination: nowhere"],
    [`x||||||${"|sip:10.0.0.2".repeat(33)}`, "NOK too many destinations"],
  ])("MUST give NOK for %s", async (command, expected) => {
    const bed = await proxyBed([], []);
    const rid = bed.client.send(`proxy|${command}\r\n${sip("INVITE sip:x SIP/2.0")}`);
    expect(bed.heard(rid)).toEqual([expected]);
  });

  it("MUST NOT let a request be proxied that the application has answered, and not answered that is proxied", async () => {
    const bed = await proxyBed([180], []);
    const txnId = lastTxn(bed.client);
    const rid = await bed.proxy(SERIAL);
    const late = bed.client.send(`sip|${txnId}|\r\n${sip("SIP/2.0 200 OK", ["Call-ID: x"])}`);
    expect(bed.client.replies(late)[0]?.[0]).toBe("NOK");
    expect(bed.heard(await bed.proxy(SERIAL))).toEqual([`NOK Unknown transaction id: ${txnId}`]);
    expect(bed.heard(rid)).toEqual([]);
  });

  it("MUST go on when the client that asked for it is gone", async () => {
    const bed = await proxyBed([180], [200]);
    await bed.proxy(SERIAL);
    bed.engine.close();
    const [invite] = bed.one.requests;
    if (invite === undefined) throw new Error("nothing was sent");
    bed.one.send(scriptedResponse(invite, 486, {}, { toTag: "x" }), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(bed.statuses()).toEqual([180, 200]);
  });

  it("MUST proxy a request that is no INVITE", async () => {
    const bed = await proxyBed([], [], incoming("MESSAGE"));
    const rid = await bed.proxy(`|fullResponse||serial|||sip:${ONE}`);
    expect([methods(bed.one), bed.statuses()]).toEqual([["MESSAGE"], [200]]);
    expect(bed.heard(rid)).toEqual(["200", "done"]);
  });
});

describe("RFC 3261 §16.4 §16.12 requests of a call that recorded our route", () => {
  async function call(): Promise<ProxyBed & { readonly route: string; readonly toTag: string }> {
    const bed = await proxyBed((nth) => (nth === 1 ? [200] : [180]), []);
    await bed.proxy(`remainInDialog|fullResponse||serial|||sip:${ONE}`);
    const route = bed.one.requests[0]?.headers.get("Record-Route") ?? "";
    return { ...bed, route, toTag: `t${ONE}` };
  }

  const inCall = (method: string, cseq: number, toTag: string, route: string): SipRequest => {
    const request = incoming(method, cseq, toTag);
    return {
      ...request,
      uri: `sip:b@${ONE}:5060`,
      headers: request.headers.append("Route", route),
    };
  };

  it("MUST pass through, ACK and BYE, without the client", async () => {
    const bed = await call();
    expect(bed.route).toMatch(/^<sip:pr-[0-9a-f]{20}@10\.0\.0\.1:5060;lr>$/);
    const messages = bed.client.messages.length;
    bed.caller.send(inCall("ACK", 1, bed.toTag, bed.route), LOCAL);
    bed.caller.send(inCall("BYE", 2, bed.toTag, bed.route), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(methods(bed.one)).toEqual(["INVITE", "ACK", "BYE"]);
    const [, , bye] = bed.one.requests;
    expect([bye?.uri, bye?.headers.has("Route")]).toEqual([`sip:b@${ONE}:5060`, false]);
    expect(bye?.headers.get("Max-Forwards")).toBe("69");
    expect(bed.statuses()).toEqual([200, 200]);
    expect(bed.client.messages.length).toBe(messages);
  });

  it("MUST NOT pass through with a route that we never wrote, or wrote for another call", async () => {
    const bed = await call();
    const forged = bed.route.replace(/pr-[0-9a-f]{4}/, "pr-0000");
    bed.caller.send(inCall("BYE", 2, bed.toTag, forged), LOCAL);
    const other = inCall("BYE", 3, bed.toTag, bed.route);
    const headers = other.headers.set("Call-ID", "another");
    bed.caller.send({ ...other, headers }, LOCAL);
    bed.caller.send(inCall("ACK", 1, bed.toTag, forged), LOCAL);
    await bed.clock.advanceAsync(10);
    expect(bed.statuses()).toEqual([200, 481, 481]);
    expect(methods(bed.one)).toEqual(["INVITE"]);
  });

  it("MUST carry a CANCEL of a re-INVITE on", async () => {
    const bed = await call();
    const reinvite = inCall("INVITE", 2, bed.toTag, bed.route);
    bed.caller.send(reinvite, LOCAL);
    await bed.clock.advanceAsync(10);
    const headers = reinvite.headers.set("CSeq", "2 CANCEL");
    bed.caller.send({ ...reinvite, method: "CANCEL", headers }, LOCAL);
    await bed.clock.advanceAsync(10);
    expect(methods(bed.one)).toEqual(["INVITE", "INVITE", "CANCEL"]);
  });
});

describe("drachtio wire protocol 1.6 call records of a proxied call", () => {
  it("MUST go to a client that asked for them", async () => {
    const made = await proxyBed([486], [200]);
    for (const kind of ["attempt", "start", "stop"]) made.client.send(`route|cdr:${kind}`);
    await made.proxy(`remainInDialog|fullResponse||serial|||${BOTH}`);
    const route = made.two.requests[0]?.headers.get("Record-Route") ?? "";
    const bye = incoming("BYE", 2, `t${TWO}`);
    const headers = bye.headers.append("Route", route);
    made.caller.send({ ...bye, uri: `sip:b@${TWO}:5060`, headers }, LOCAL);
    await made.clock.advanceAsync(10);
    expect(made.client.records).toEqual([
      `cdr:attempt application INVITE sip:${ONE} SIP/2.0`,
      "cdr:stop network call-rejected SIP/2.0 486 Busy Here",
      `cdr:attempt application INVITE sip:${TWO} SIP/2.0`,
      "cdr:start application proxy-uas SIP/2.0 200 OK",
      "cdr:start network proxy-uac SIP/2.0 200 OK",
      `cdr:stop network normal-release BYE sip:b@${TWO}:5060 SIP/2.0`,
    ]);
  });
});
