import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { SeededRandom } from "../../../tests/support/fake-random.ts";
import { systemHashing } from "../../base/hashing.node.ts";
import { responseTo } from "../message/build.ts";
import { SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipRequest } from "../message/message.ts";
import { digestResponse, ha1Of, parseDigest, type SipDigestAlgorithm } from "./digest.ts";
import { type DigestAttempts, DigestClient, NO_ATTEMPTS } from "./digest-client.ts";
import { type DigestVerdict, DigestVerifier } from "./digest-verifier.ts";

const hashing = systemHashing();
const REALM = "a.example";
const REGISTER: SipRequest = {
  kind: "request",
  method: "REGISTER",
  uri: "sip:a.example",
  headers: SipHeaders.of([
    { name: "Via", value: "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1" },
    { name: "From", value: "<sip:alice@a.example>;tag=1" },
    { name: "To", value: "<sip:alice@a.example>" },
    { name: "Call-ID", value: "call" },
    { name: "CSeq", value: "1 REGISTER" },
  ]),
  body: NO_BODY,
};

function bed(options: { allowMd5?: boolean; password?: string; realm?: string } = {}) {
  const clock = new FakeClock();
  const verifier = new DigestVerifier(
    { realm: REALM },
    { clock, random: new SeededRandom(1), hashing },
  );
  const client = new DigestClient(
    {
      username: "alice",
      password: options.password ?? "secret",
      realm: options.realm ?? REALM,
      allowMd5: options.allowMd5 ?? false,
    },
    { hashing, random: new SeededRandom(2) },
  );
  const verify = (request: SipRequest): DigestVerdict =>
    verifier.verify(request.headers.getAll("Authorization"), request, ha1);
  const answer = (
    challenges: readonly string[],
    attempts: DigestAttempts = NO_ATTEMPTS,
    request = REGISTER,
  ) => {
    const headers = challenges.map((value) => ({ name: "WWW-Authenticate", value }));
    return client.answer(request, responseTo(request, 401, undefined, { headers }), attempts);
  };
  return { clock, verifier, client, verify, answer };
}

function ha1(username: string, algorithm: SipDigestAlgorithm): string | undefined {
  if (username !== "alice") return undefined;
  return ha1Of(hashing, algorithm, { username, realm: REALM, password: "secret" });
}

function used(request: SipRequest | undefined): ReadonlyMap<string, string> {
  return parseDigest(request?.headers.get("Authorization") ?? "") ?? new Map();
}

describe("RFC 7616 §3.9.1 the example with SHA-256 and MD5", () => {
  it.each([
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ] as const)("MUST give the response of %s", (algorithm, response) => {
    const who = { username: "Mufasa", realm: "http-auth@example.org", password: "Circle of Life" };
    expect(
      digestResponse(hashing, {
        algorithm,
        ha1: ha1Of(hashing, algorithm, who),
        nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        method: "GET",
        uri: "/dir/index.html",
        protection: {
          nc: "00000001",
          cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
          qop: "auth",
          body: NO_BODY,
        },
      }),
    ).toBe(response);
  });
});

describe("RFC 8760 §2.3 the challenge", () => {
  it("MUST offer each algorithm in a field of its own, the strongest first", () => {
    const values = bed()
      .verifier.challenge()
      .map((value) => parseDigest(value));
    expect(values.map((value) => value?.get("algorithm"))).toEqual(["SHA-256", "MD5"]);
    expect(values.map((value) => value?.get("qop"))).toEqual(["auth", "auth"]);
  });

  it("MUST say stale when only the nonce was wrong", () => {
    const [first] = bed().verifier.challenge({ kind: "stale" });
    expect(parseDigest(first ?? "")?.get("stale")).toBe("true");
  });
});

describe("RFC 8760 §2.4 the choice of the UAC", () => {
  it("MUST take the topmost challenge that it supports, MD5 only where there is nothing better", () => {
    const { answer } = bed({ allowMd5: true });
    const offer = (...algorithms: readonly string[]) =>
      used(
        answer(
          algorithms.map(
            (one) => `Digest realm="a.example", nonce="n", qop="auth", algorithm=${one}`,
          ),
        )?.request,
      ).get("algorithm");
    expect(offer("MD5", "SHA-256", "SHA-512-256")).toBe("SHA-256");
    expect(offer("SHA-512-256", "SHA-256", "MD5")).toBe("SHA-512-256");
    expect(offer("SHA-512", "SHA-256")).toBe("SHA-256");
    expect(offer("MD5")).toBe("MD5");
  });

  it("answers auth-int only where auth is not offered, and then covers the body (RFC 7616 §3.4.3)", () => {
    const clock = new FakeClock();
    const verifier = new DigestVerifier(
      { realm: REALM, qops: ["auth-int"], algorithms: ["SHA-512-256"] },
      { clock, random: new SeededRandom(1), hashing },
    );
    const { answer } = bed();
    const request = { ...REGISTER, body: Buffer.from("v=0\r\n") };
    const answered = answer(verifier.challenge(), NO_ATTEMPTS, request)?.request ?? request;
    expect(used(answered).get("qop")).toBe("auth-int");
    const verify = (body: Buffer): string =>
      verifier.verify(answered.headers.getAll("Authorization"), { ...answered, body }, ha1).kind;
    expect(verify(Buffer.from("v=1\r\n"))).toBe("wrong");
    expect(verify(answered.body)).toBe("ok");
    const both = answer([
      'Digest realm="a.example", nonce="n", algorithm=SHA-256, qop="auth-int, auth"',
    ]);
    expect(used(both?.request).get("qop")).toBe("auth");
  });

  it("MUST NOT answer MD5 unless configuration allows it", () => {
    const md5 = ['Digest realm="a.example", nonce="n", qop="auth"'];
    expect(bed().answer(md5)).toBeUndefined();
    expect(used(bed({ allowMd5: true }).answer(md5)?.request).get("algorithm")).toBe("MD5");
  });

  it("MUST ignore algorithms, schemes and realms that are not its own", () => {
    const { answer } = bed({ allowMd5: true });
    const foreign = [
      'Digest realm="a.example", nonce="n", algorithm=SHA-512, qop="auth"',
      'Digest realm="a.example", nonce="n", algorithm=SHA-256-sess, qop="auth"',
      'Digest realm="evil.example", nonce="n", algorithm=SHA-256, qop="auth"',
      'Digest realm="a.example", nonce="n", algorithm=SHA-256, qop="auth-conf"',
      'Basic realm="a.example"',
    ];
    expect(answer(foreign)).toBeUndefined();
  });
});

describe("RFC 7616 §3.4 credentials", () => {
  it("MUST be accepted by the server that asked, with each algorithm", () => {
    const { verifier, answer, verify } = bed({ allowMd5: true });
    for (const at of [0, 1]) {
      const answered = answer([verifier.challenge()[at] ?? ""]);
      expect(answered && verify(answered.request)).toEqual({ kind: "ok", username: "alice" });
    }
  });

  it("MUST raise the nonce count and be accepted without a new challenge", () => {
    const { verifier, client, answer, verify } = bed();
    answer(verifier.challenge());
    const next = client.authorize({ ...REGISTER, method: "MESSAGE" });
    expect(used(next).get("nc")).toBe("00000002");
    expect(verify(next).kind).toBe("ok");
  });

  it("MUST be missing when the request names another realm or none", () => {
    const { verifier, verify } = bed();
    expect(verify(REGISTER)).toEqual({ kind: "missing" });
    const foreign = {
      ...REGISTER,
      headers: REGISTER.headers.append("Authorization", 'Digest realm="x"'),
    };
    expect(verifier.verify(foreign.headers.getAll("Authorization"), foreign, ha1).kind).toBe(
      "missing",
    );
  });

  it("MUST be refused for a wrong password, another user, another method or another URI", () => {
    const wrongPassword = bed({ password: "guess" });
    const guessed = wrongPassword.answer(wrongPassword.verifier.challenge());
    expect(guessed && wrongPassword.verify(guessed.request).kind).toBe("wrong");
    const { verifier, answer, verify } = bed();
    const answered = answer(verifier.challenge());
    if (answered === undefined) throw new Error("no answer");
    const { request } = answered;
    expect(verify({ ...request, method: "INVITE" }).kind).toBe("wrong");
    expect(verify({ ...request, uri: "sip:b.example" }).kind).toBe("wrong");
    const value = request.headers.get("Authorization") ?? "";
    const mallory = request.headers.set("Authorization", value.replace("alice", "mallory"));
    expect(verify({ ...request, headers: mallory }).kind).toBe("wrong");
  });
});

describe("RFC 7616 §3.3 and §3.4.5 nonces", () => {
  it("MUST be refused as stale after their life", () => {
    const { clock, verifier, answer, verify } = bed();
    const answered = answer(verifier.challenge());
    clock.advance(300_001);
    expect(answered && verify(answered.request).kind).toBe("stale");
  });

  it("MUST be stale when another server or nobody made them", () => {
    const { answer, verify } = bed();
    const answered = answer([
      'Digest realm="a.example", nonce="00aa", algorithm=SHA-256, qop="auth"',
    ]);
    expect(answered && verify(answered.request).kind).toBe("stale");
  });

  it("MUST NOT be usable twice with one count, in whatever order the counts come", () => {
    const { verifier, client, answer, verify } = bed();
    const first = answer(verifier.challenge())?.request;
    const second = client.authorize(REGISTER);
    const third = client.authorize(REGISTER);
    if (first === undefined) throw new Error("no answer");
    const verdicts = [third, first, second, first, second, third].map((one) => verify(one).kind);
    expect(verdicts).toEqual(["ok", "ok", "ok", "stale", "stale", "stale"]);
  });

  it("MUST keep refusing counts far behind the highest one", () => {
    const { verifier, client, answer, verify } = bed();
    const first = answer(verifier.challenge())?.request;
    let last = REGISTER;
    for (let i = 0; i < 40; i += 1) last = client.authorize(REGISTER);
    expect(verify(last).kind).toBe("ok");
    expect(first && verify(first).kind).toBe("stale");
  });
});

describe("RFC 3261 §22.2 repeated challenges", () => {
  it("MUST NOT be answered again unless the nonce was stale", () => {
    const { verifier, answer } = bed();
    const first = answer(verifier.challenge());
    expect(first).toBeDefined();
    expect(answer(verifier.challenge(), first?.attempts)).toBeUndefined();
    const second = answer(verifier.challenge({ kind: "stale" }), first?.attempts);
    expect(second).toBeDefined();
    expect(answer(verifier.challenge({ kind: "stale" }), second?.attempts)).toBeUndefined();
  });
});

describe("RFC 3261 §22.3 a server and a proxy that both ask", () => {
  function challenged(status: 401 | 407, www: readonly string[], proxy: readonly string[]) {
    const headers = [
      ...www.map((value) => ({ name: "WWW-Authenticate", value })),
      ...proxy.map((value) => ({ name: "Proxy-Authenticate", value })),
    ];
    return responseTo(REGISTER, status, undefined, { headers });
  }

  it("MUST be answered one after the other, the first one's nonce counted on", () => {
    const { verifier, client, verify } = bed();
    const proxied = client.answer(REGISTER, challenged(407, [], verifier.challenge()), NO_ATTEMPTS);
    if (proxied === undefined) throw new Error("407 is not answered");
    const both = client.answer(
      proxied.request,
      challenged(401, verifier.challenge(), []),
      proxied.attempts,
    );
    if (both === undefined) throw new Error("401 is not answered");
    expect(verify(both.request).kind).toBe("ok");
    const values = both.request.headers.getAll("Proxy-Authorization");
    expect(values.map((value) => parseDigest(value)?.get("nc"))).toEqual(["00000002"]);
    expect(verifier.verify(values, both.request, ha1).kind).toBe("ok");
    const third = challenged(407, [], verifier.challenge());
    expect(client.answer(both.request, third, both.attempts)).toBeUndefined();
  });

  it("MUST be answered both where one response brings both, as a forking proxy makes it", () => {
    const { verifier, client, verify } = bed();
    const foreign = 'Digest realm="b.example", nonce="n", algorithm=SHA-256, qop="auth"';
    for (const status of [401, 407] as const) {
      const response = challenged(
        status,
        [foreign, ...verifier.challenge()],
        [...verifier.challenge(), foreign],
      );
      const answered = client.answer(REGISTER, response, NO_ATTEMPTS);
      if (answered === undefined) throw new Error("not answered");
      const { headers } = answered.request;
      expect(verify(answered.request).kind).toBe("ok");
      expect(
        verifier.verify(headers.getAll("Proxy-Authorization"), answered.request, ha1).kind,
      ).toBe("ok");
    }
  });
});
