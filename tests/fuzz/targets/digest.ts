import fc from "fast-check";
import { systemHashing } from "../../../main/base/hashing.node.ts";
import { authorization, readChallenge } from "../../../main/msrp/relay/auth-fields.ts";
import { SipHeaders } from "../../../main/sip/message/headers.ts";
import { NO_BODY, type SipRequest } from "../../../main/sip/message/message.ts";
import { parseSipMessage } from "../../../main/sip/message/parse.ts";
import { serializeSipMessage } from "../../../main/sip/message/serialize.ts";
import { parseDigest } from "../../../main/sip/ua/digest.ts";
import { DigestClient, NO_ATTEMPTS } from "../../../main/sip/ua/digest-client.ts";
import { DigestVerifier } from "../../../main/sip/ua/digest-verifier.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { SeededRandom } from "../../support/fake-random.ts";
import { hold, holdEqual } from "../hold.ts";
import { mutated, octets } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

const ACCOUNT = { username: "alice", password: "secret", realm: "a.example", allowMd5: false };
const CHALLENGES = [
  'Digest realm="a.example", nonce="abc", algorithm=SHA-256, qop="auth"',
  'Digest realm="a.example",nonce="a\\"b",opaque="\xc3\xbc",algorithm=SHA-512-256,qop="auth,auth-int",stale=true',
  'Digest realm="a.example", nonce="abc"',
  'Digest realm="b.example", nonce="abc", algorithm=SHA-256, qop="auth"',
];
const WORDS = [
  'realm="a.example"',
  "algorithm=MD5",
  "algorithm=SHA-256",
  "qop=",
  "nonce=",
  "stale=true",
  "Digest ",
  "Basic ",
];

const REQUEST: SipRequest = {
  kind: "request",
  method: "REGISTER",
  uri: "sip:a.example",
  headers: SipHeaders.of([{ name: "Call-ID", value: "1" }]),
  body: NO_BODY,
};

const hashing = systemHashing();

export const digestChallenges: FuzzTarget = fuzzTarget(
  { name: "digest", clause: "RFC 3261 §22, RFC 7616", sliceRuns: 3000 },
  fc.property(mutated(CHALLENGES, WORDS), (text) => {
    const head = `SIP/2.0 401 x\r\nWWW-Authenticate: ${text}\r\nProxy-Authenticate: ${text}\r\n\r\n`;
    const parsed = parseSipMessage(octets(head));
    if (!parsed.ok || parsed.value.kind !== "response") return;
    const client = new DigestClient(ACCOUNT, { hashing, random: new SeededRandom(1) });
    const answer = client.answer(REQUEST, parsed.value, NO_ATTEMPTS);
    if (answer === undefined) return;
    const again = parseSipMessage(serializeSipMessage(answer.request));
    hold(again.ok, "credentials make a message that is read");
    const fields = parseDigest(again.value.headers.get("Authorization") ?? "");
    hold(fields !== undefined, "credentials that are read");
    holdEqual(fields.get("realm"), ACCOUNT.realm, "no other realm is answered");
    hold((fields.get("algorithm") ?? "MD5") !== "MD5", "nothing weaker than was allowed");
    const asked = parsed.value.headers.getAll("WWW-Authenticate").map(parseDigest);
    hold(
      asked.some((one) => one?.get("nonce") === fields.get("nonce")),
      "the nonce that was asked with",
    );
    hold(!serializeSipMessage(answer.request).includes(ACCOUNT.password), "no password leaves");
  }),
);

const ANSWER =
  'Digest username="alice", realm="a.example", nonce="NONCE", uri="sip:a.example", response="0", cnonce="c", qop=auth, nc=00000001, algorithm=SHA-256';

export const digestAnswers: FuzzTarget = fuzzTarget(
  { name: "digest-verify", clause: "RFC 7616 §3.4", sliceRuns: 3000 },
  fc.property(
    mutated([ANSWER], [...WORDS, "nc=ffffffff", "nc=0000000g", "username=", "NONCE"]),
    (text) => {
      const ports = { clock: new FakeClock(), random: new SeededRandom(2), hashing };
      const verifier = new DigestVerifier({ realm: "a.example" }, ports);
      const nonce = parseDigest(verifier.challenge()[0] ?? "")?.get("nonce") ?? "";
      const verdict = verifier.verify(
        [text.replaceAll("NONCE", nonce)],
        { method: "REGISTER", uri: "sip:a.example", body: NO_BODY },
        () => "0".repeat(64),
      );
      hold(verdict.kind !== "ok", "nobody comes in who does not know the password");
    },
  ),
);

export const relayChallenges: FuzzTarget = fuzzTarget(
  { name: "msrp-auth", clause: "RFC 4976 §9.1", sliceRuns: 3000 },
  fc.property(mutated(CHALLENGES, WORDS), (text) => {
    // A value in a frame's head holds no control characters but tabs.
    const value = Array.from(text, (char) => (char >= " " || char === "\t" ? char : "")).join("");
    const challenge = readChallenge(value);
    if (challenge === undefined) return;
    const written = authorization(hashing, challenge, ACCOUNT, {
      uri: "msrp://h:1/s;tcp",
      dialect: "with-uri",
      nonceCount: 1,
      cnonce: "c",
    });
    const fields = parseDigest(written);
    hold(fields !== undefined, `credentials that are read: ${written}`);
    holdEqual(fields.get("nonce"), challenge.get("nonce"), "the nonce that was asked with");
    holdEqual(fields.get("realm"), challenge.get("realm"), "the realm that was asked with");
  }),
);
