import { describe, expect, it } from "vitest";
import { type SrfHost, srfBed } from "../../tests/support/srf-bed.ts";
import { SipHeaders } from "../sip/message/headers.ts";
import { NO_BODY, type SipRequest } from "../sip/message/message.ts";
import { serializeSipMessage } from "../sip/message/serialize.ts";
import { createDrachtio } from "./drachtio-package.node.ts";
import { PendingSet } from "./pending.ts";
import type { InviteOutcome, InviteUas, OutgoingRequest, SrfDialog } from "./srf.ts";
import { failureOf } from "./srf-border.node.ts";

const SDP = {
  contentType: "application/sdp",
  content: Buffer.from("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\n"),
};
const BOB = "sip:bob@10.0.0.2:5060";
const ALICE = "<sip:alice@a.example>";

type Bed = Awaited<ReturnType<typeof pair>>;

async function pair() {
  const bed = srfBed();
  const alice = await bed.host("10.0.0.1", { contactUser: "alice" });
  const bob = await bed.host("10.0.0.2", { contactUser: "bob" });
  return { ...bed, alice, bob };
}

async function finish<T>(
  bed: Pick<Bed, "clock">,
  promise: Promise<T>,
  limitMs = 600_000,
): Promise<T> {
  let done: { readonly value: T } | undefined;
  void promise.then((value) => {
    done = { value };
  });
  await bed.clock.advanceUntil(() => done !== undefined, limitMs);
  if (done === undefined) throw new Error("the promise never settled");
  return done.value;
}

async function dialogs(bed: Bed): Promise<{ caller: SrfDialog; callee: SrfDialog }> {
  const callee = new Promise<SrfDialog>((resolve) => {
    bed.bob.srf.onInvite((invite) => {
      void invite.accept({ headers: [], body: SDP }).then((result) => {
        if (result.ok) resolve(result.value);
      });
    });
  });
  const outcome = await finish(bed, invite(bed.alice).outcome);
  if (outcome.kind !== "answered") throw new Error("no dialog");
  return { caller: outcome.dialog, callee: await finish(bed, callee) };
}

function invite(from: SrfHost, uri = BOB, callId?: string) {
  return from.srf.invite({
    uri,
    from: ALICE,
    headers: [],
    body: SDP,
    ...(callId === undefined ? {} : { callId }),
  });
}

function message(headers: OutgoingRequest["headers"], body?: Buffer): OutgoingRequest {
  return {
    method: "MESSAGE",
    uri: BOB,
    from: ALICE,
    headers,
    body: { contentType: "text/plain", content: body ?? Buffer.from("hello") },
  };
}

/** Puts a request on the wire that no stack of ours would write. */
async function inject(bed: Bed, request: SipRequest): Promise<readonly string[]> {
  const received: string[] = [];
  const socket = await bed.net
    .host("10.0.0.9")
    .bindUdp(
      { host: "10.0.0.9", port: 5060 },
      { onMessage: (bytes) => received.push(bytes.toString()), onError: () => undefined },
    );
  if (!socket.ok) throw new Error(socket.error.message);
  socket.value.send(serializeSipMessage(request), { host: "10.0.0.2", port: 5060 });
  await bed.clock.advanceAsync(100);
  return received;
}

function raw(method: string, fields: Readonly<Record<string, string>>): SipRequest {
  const base = {
    Via: "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKx",
    "Max-Forwards": "70",
    From: "<sip:mallory@x.example>;tag=m1",
    To: "<sip:bob@b.example>",
    "Call-ID": "raw-1",
    CSeq: `1 ${method}`,
    ...fields,
  };
  const headers = Object.entries(base).map(([name, value]) => ({ name, value }));
  return { kind: "request", method, uri: BOB, headers: SipHeaders.of(headers), body: NO_BODY };
}

describe("drachtio-srf defect 1: bodies are strings", () => {
  it("MUST NOT change octets of a body that is not UTF-8, in requests, answers and dialogs", async () => {
    const bed = await pair();
    const octets = Buffer.from([...Array(256).keys()]);
    const body = { contentType: "application/octet-stream", content: octets };
    const { caller, callee } = await dialogs(bed);
    callee.onRequest("INFO", (info) => {
      info.respond(200, { body: { ...body, content: Buffer.concat([info.request.body, octets]) } });
    });
    const result = await finish(bed, caller.request("INFO", { body }));
    expect(result.ok && result.value.body).toEqual(Buffer.concat([octets, octets]));
  });

  it("MUST keep its private headers to itself, and those of the network out", async () => {
    const bed = await pair();
    let seen: SipRequest | undefined;
    bed.bob.srf.onRequest("MESSAGE", (incoming) => {
      seen = incoming.request;
      incoming.respond(200);
    });
    const request = message([{ name: "X-Courier-Body", value: "base64" }], Buffer.from("AAAA"));
    await finish(bed, bed.alice.srf.request(request));
    expect(seen?.body.toString()).toBe("AAAA");
    await inject(bed, {
      ...raw("MESSAGE", { "x-courier-body": "base64" }),
      body: Buffer.from("BBBB"),
    });
    expect(seen?.body.toString()).toBe("BBBB");
    const ours = bed.net.traffic.filter(({ from }) => from.host !== "10.0.0.9");
    const wire = ours.map(({ bytes }) => bytes.toString("latin1")).join("");
    expect(wire).not.toMatch(/x-courier/i);
  });
});

describe("drachtio-srf defect 2: modify() hangs after a refused re-INVITE", () => {
  it("MUST let the next re-INVITE through", async () => {
    const bed = await pair();
    const { caller, callee } = await dialogs(bed);
    const first = await finish(bed, caller.reinvite(SDP));
    callee.onReinvite((request) => {
      request.respond(200, { body: SDP });
    });
    const second = await finish(bed, caller.reinvite(SDP));
    expect([first, second].map((one) => one.ok && one.value.status)).toEqual([488, 200]);
  });
});

describe("drachtio-srf defect 3: promises stay pending when the control connection is lost", () => {
  it("MUST fail everything that waits with `closed`", async () => {
    const bed = await pair();
    bed.bob.srf.onInvite((uas) => {
      uas.provisional(180);
    });
    bed.bob.srf.onRequest("MESSAGE", () => undefined);
    const waiting = invite(bed.alice).outcome;
    const request = bed.alice.srf.request(message([]));
    await bed.clock.advanceAsync(100);
    await bed.alice.srf.close();
    expect(await waiting).toMatchObject({ kind: "failed", failure: { kind: "closed" } });
    expect(await request).toMatchObject({ ok: false, error: { kind: "closed" } });
    const late = await finish(bed, bed.alice.srf.request(message([])));
    expect(late).toMatchObject({ ok: false, error: { kind: "closed" } });
  });

  it("MUST bound every promise in time even if nothing ever answers", async () => {
    const bed = srfBed();
    const pending = new PendingSet(bed.clock);
    const outcome = pending.run(
      1000,
      (failure) => failure.kind,
      () => undefined,
    );
    expect(await finish(bed, outcome)).toBe("timeout");
    expect(pending.size).toBe(0);
  });
});

describe("drachtio-srf defect 4: the shortcuts of Dialog throw", () => {
  it("MUST send INFO, MESSAGE, NOTIFY and others by method name", async () => {
    const bed = await pair();
    const { caller, callee } = await dialogs(bed);
    const methods = ["INFO", "MESSAGE", "NOTIFY", "OPTIONS", "UPDATE", "REFER", "PUBLISH"];
    const seen: string[] = [];
    for (const method of methods) {
      callee.onRequest(method, (request) => {
        seen.push(request.request.method);
        request.respond(200);
      });
      const result = await finish(bed, caller.request(method));
      expect(result.ok && result.value.status).toBe(200);
    }
    expect(seen).toEqual(methods);
  });
});

describe("drachtio-srf defect 5: compact header names are not known", () => {
  it("MUST show them written out", async () => {
    const bed = await pair();
    let seen: SipRequest | undefined;
    bed.bob.srf.onRequest("MESSAGE", (incoming) => {
      seen = incoming.request;
      incoming.respond(200);
    });
    await inject(
      bed,
      raw("MESSAGE", { a: "*;+g.oma.sip-im", e: "gzip", j: "*;x", y: "id", o: "reg" }),
    );
    expect(seen?.headers.fields.map((field) => field.name)).toEqual(
      expect.arrayContaining(["Accept-Contact", "Content-Encoding", "Reject-Contact", "Event"]),
    );
    expect(seen?.headers.get("Accept-Contact")).toBe("*;+g.oma.sip-im");
  });
});

describe("drachtio-srf defect 6: only 200 is success for INVITE", () => {
  it("MUST take any other 2xx as an answer", async () => {
    const bed = await pair();
    bed.net.traffic.length = 0;
    const outcome = invite(bed.alice, "sip:bob@10.0.0.9:5060").outcome;
    const socket = await bed.net.host("10.0.0.9").bindUdp(
      { host: "10.0.0.9", port: 5060 },
      {
        onMessage: (bytes, from) => {
          const text = bytes.toString();
          if (!text.startsWith("INVITE")) return;
          const head = text.slice(text.indexOf("\r\n") + 2, text.indexOf("\r\nContact"));
          const to = head.replace(/^(To: [^\r]*)/m, "$1;tag=b1");
          const answer = `SIP/2.0 202 Accepted\r\n${to}\r\nContact: <sip:b@10.0.0.9:5060>\r\n\r\n`;
          if (socket.ok) socket.value.send(Buffer.from(answer), from);
        },
        onError: () => undefined,
      },
    );
    expect((await finish(bed, outcome)).kind).toBe("answered");
  });
});

describe("drachtio-srf defect 7: an exception in a listener ends the control connection", () => {
  it("MUST be contained: 500 to the peer, and everything else goes on", async () => {
    const bed = await pair();
    const undo = bed.bob.srf.onRequest("MESSAGE", () => {
      throw new Error("planted");
    });
    const broken = await finish(bed, bed.alice.srf.request(message([])));
    undo();
    bed.bob.srf.onRequest("MESSAGE", (incoming) => {
      incoming.respond(200);
    });
    const healthy = await finish(bed, bed.alice.srf.request(message([])));
    expect([broken, healthy].map((one) => one.ok && one.value.status)).toEqual([500, 200]);
    expect(bed.bob.log.lines.some((line) => line.message.includes("planted"))).toBe(true);
  });

  it("MUST be contained in a provisional response handler and in an INVITE handler", async () => {
    const bed = await pair();
    bed.bob.srf.onInvite((uas) => {
      uas.provisional(180);
      throw new Error("planted");
    });
    const uac = invite(bed.alice);
    uac.onProvisional(() => {
      throw new Error("planted");
    });
    const outcome = await finish(bed, uac.outcome);
    expect(outcome.kind === "refused" && outcome.response.status).toBe(500);
  });
});

describe("drachtio-srf defect 8: a wrong secret means endless reconnects", () => {
  it("MUST NOT concern us: the secret is made and used inside the process", async () => {
    const bed = await pair();
    bed.bob.srf.onRequest("MESSAGE", (incoming) => {
      incoming.respond(200);
    });
    expect((await finish(bed, bed.alice.srf.request(message([])))).ok).toBe(true);
    expect(bed.clock.pendingTimers).toBeLessThan(10);
  });
});

describe("drachtio-srf defect 10: dialogs without to-tag, CANCEL by Call-ID alone", () => {
  it("MUST keep a call to oneself apart: one Call-ID, two ends in one application", async () => {
    const bed = srfBed();
    const host = await bed.host("10.0.0.1");
    const uri = "sip:me@10.0.0.1:5060";
    const callee = new Promise<SrfDialog>((resolve) => {
      host.srf.onInvite((uas) => {
        void uas.accept({ headers: [], body: SDP }).then((result) => {
          if (result.ok) resolve(result.value);
        });
      });
    });
    const outcome = await finish(bed, invite(host, uri, "same-call").outcome);
    const other = await finish(bed, callee);
    if (outcome.kind !== "answered") throw new Error("no dialog");
    expect([outcome.dialog.callId, other.callId]).toEqual(["same-call", "same-call"]);
    const byes: string[] = [];
    other.onBye((bye) => {
      byes.push(bye.request.headers.get("Call-ID") ?? "");
      bye.respond(200);
    });
    const bye = await finish(bed, outcome.dialog.bye());
    expect([bye.ok && bye.value.status, byes]).toEqual([200, ["same-call"]]);
  });

  it("MUST cancel the INVITE that was meant when two share a Call-ID", async () => {
    const bed = await pair();
    const invites: InviteUas[] = [];
    const cancelled: string[] = [];
    bed.bob.srf.onInvite((uas) => {
      invites.push(uas);
      uas.provisional(180);
      uas.onCancel((cancel) => {
        cancelled.push(
          `${uas.request.headers.get("From") ?? ""} ${cancel.headers.get("Call-ID") ?? ""}`,
        );
      });
    });
    const carol = await bed.host("10.0.0.3");
    const first = invite(bed.alice, BOB, "shared");
    const second = carol.srf.invite({
      uri: BOB,
      from: "<sip:carol@a.example>;tag=carol",
      headers: [],
      body: SDP,
      callId: "shared",
    });
    await bed.clock.advanceAsync(100);
    expect(invites.length).toBe(2);
    second.cancel();
    const outcome = await finish(bed, second.outcome);
    expect(outcome.kind === "refused" && outcome.response.status).toBe(487);
    expect(cancelled).toEqual(["<sip:carol@a.example>;tag=carol shared"]);
    invites[0]?.refuse(486);
    const other = await finish(bed, first.outcome);
    expect(other.kind === "refused" && other.response.status).toBe(486);
  });

  it("MUST deliver an UPDATE while a request of the same Call-ID is pending", async () => {
    const bed = await pair();
    const { caller, callee } = await dialogs(bed);
    caller.onRequest("UPDATE", (update) => {
      update.respond(200);
    });
    callee.onRequest("INFO", (info) => {
      void callee.request("UPDATE").then((result) => {
        info.respond(result.ok ? result.value.status : 500);
      });
    });
    const result = await finish(bed, caller.request("INFO"));
    expect(result.ok && result.value.status).toBe(200);
  });
});

describe("drachtio-srf defect 11: createUAS sends 200 to an INVITE without Contact", () => {
  it("MUST be answered with 400 before drachtio-srf sees it", async () => {
    const bed = await pair();
    let seen = 0;
    bed.bob.srf.onInvite(() => {
      seen += 1;
    });
    const received = await inject(bed, raw("INVITE", {}));
    expect(received.at(-1)).toMatch(/^SIP\/2\.0 400 /);
    expect(seen).toBe(0);
  });
});

describe("drachtio-srf defect 12: failures are Errors here and strings there", () => {
  it("MUST become one kind of value", () => {
    expect(failureOf("Response not sent due to unknown transaction").kind).toBe("cancelled");
    expect(failureOf(new Error("Server error: unable to find dialog for x")).kind).toBe("closed");
    expect(failureOf(new Error("transport no address")).kind).toBe("transport");
    expect(failureOf("timeout nobody").kind).toBe("timeout");
    expect(failureOf(undefined).kind).toBe("rejected-locally");
  });
});

describe("drachtio-srf defect 13: header values are not checked for line breaks", () => {
  it("MUST refuse them before anything is sent", async () => {
    const bed = await pair();
    const evil = [{ name: "Subject", value: "hi\r\nX-Injected: yes" }];
    const failed = { ok: false, error: { kind: "rejected-locally" } };
    expect(await finish(bed, bed.alice.srf.request(message(evil)))).toMatchObject(failed);
    const named = [{ name: "X\r\nY", value: "1" }];
    expect(await finish(bed, bed.alice.srf.request(message(named)))).toMatchObject(failed);
    const from = { ...message([]), from: "<sip:a@b>\r\nX: 1" };
    expect(await finish(bed, bed.alice.srf.request(from))).toMatchObject(failed);
    const uac = bed.alice.srf.invite({ uri: BOB, from: ALICE, headers: evil, body: SDP });
    expect((await finish(bed, uac.outcome)).kind).toBe("failed");
    expect(bed.net.traffic).toEqual([]);
  });

  it("MUST answer 500 rather than nothing when an application's response is refused", async () => {
    const bed = await pair();
    bed.bob.srf.onRequest("MESSAGE", (incoming) => {
      incoming.respond(200, { headers: [{ name: "Subject", value: "a\nb" }] });
    });
    const result = await finish(bed, bed.alice.srf.request(message([])));
    expect(result.ok && result.value.status).toBe(500);
  });
});

describe("drachtio-srf defects 14 and 16: TLS falls back to plain text, pings are not watched", () => {
  it("MUST NOT open a socket or a port for the control connection", async () => {
    const before = process.getActiveResourcesInfo().filter((one) => /TCP|Pipe/.test(one)).length;
    await pair();
    const after = process.getActiveResourcesInfo().filter((one) => /TCP|Pipe/.test(one)).length;
    expect(after).toBe(before);
  });
});

describe("drachtio-srf defect 17: several fields of one name become one text", () => {
  it("MUST be readable as the same list of values, quotes and brackets kept whole", async () => {
    const bed = await pair();
    let values: readonly string[] = [];
    bed.bob.srf.onRequest("MESSAGE", (incoming) => {
      values = incoming.request.headers.list("P-Asserted-Identity");
      incoming.respond(200);
    });
    const sent = ['"Lovelace, Ada" <sip:ada@a.example>', "<sip:a,b@a.example>"];
    const headers = sent.map((value) => ({ name: "P-Asserted-Identity", value }));
    await finish(bed, bed.alice.srf.request(message(headers)));
    expect(values).toEqual(sent);
  });
});

describe("drachtio-srf trap of listen mode: a request nobody handles ends the control connection", () => {
  it("MUST be answered with 405, OPTIONS with 200, and the connection MUST live on", async () => {
    const bed = await pair();
    const statuses: unknown[] = [];
    for (const method of ["MESSAGE", "SUBSCRIBE", "FROBNICATE", "OPTIONS", "MESSAGE"]) {
      const result = await finish(bed, bed.alice.srf.request({ ...message([]), method }));
      statuses.push(result.ok ? result.value.status : result.error);
    }
    const outcome: InviteOutcome = await finish(bed, invite(bed.alice).outcome);
    statuses.push(outcome.kind === "refused" ? outcome.response.status : outcome.kind);
    expect(statuses).toEqual([405, 405, 405, 200, 405, 480]);
  });
});

describe("drachtio-srf as it is pinned", () => {
  it("MUST have the documented methods that the facade uses", () => {
    const drachtio = createDrachtio();
    for (const name of [
      "listen",
      "use",
      "request",
      "createUAC",
      "createUAS",
      "removeDialog",
    ] as const) {
      expect(typeof drachtio[name]).toBe("function");
    }
  });
});
