import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AppBed, type TestApp, USERS } from "../support/app-bed.ts";
import { englishIn, textsUnder } from "../support/english-in.ts";

let bed: AppBed;
let alice: TestApp;

beforeAll(async () => {
  bed = new AppBed();
  alice = bed.open("alice");
  await alice.ask("settings.change", { language: "en-XA" });
});

afterEach(() => {
  expect(alice.errors).toEqual([]);
});

afterAll(async () => {
  await bed.stop();
});

const MEMBERS: ReadonlySet<string> = new Set(["message", "action", "reason", "name"]);
const DATA =
  "Alice alice anna bob carol dave example HOST PORT NAME DOMAIN plan.txt sip online offline";

describe("ux 3.11 in the pseudo-locale a window is told pseudo text and data", () => {
  it("why it cannot sign in, send, or store", async () => {
    const named = { displayName: "", deviceName: "" };
    const away = { ...named, transport: "udp", password: "x", server: "127.0.0.1" } as const;
    const failures = [
      await alice.fail("offer.send", { to: [USERS.bob], paths: [bed.file("plan.txt", "x")] }),
      await alice.fail("account.refresh", {}),
      await alice.fail("account.tryHere", { ...named, aor: "sip:dave@a.example" }),
      await alice.fail("account.connect", { ...away, aor: "dave dave" }),
      await alice.fail("account.connect", { ...away, aor: "dave@a.example", server: "a b" }),
      await alice.fail("settings.change", { receiveFolder: "plan.txt" }),
      await alice.fail("offer.accept", { id: "none", files: [{ index: 0 }] }),
      await alice.fail("card.retry", { id: "none" }),
      await alice.fail("file.open", { id: "none", index: 0 }),
      await alice.fail("people.remove", { aor: USERS.carol }),
      await alice.fail("notice.dismiss", { id: "none" }),
      await alice.fail("device.open", { aor: USERS.alice, deviceName: "" }),
    ];
    const texts = textsUnder(failures, MEMBERS);
    expect(texts.length).toBeGreaterThanOrEqual(failures.length);
    expect(englishIn(texts, DATA)).toEqual([]);
  });

  it("what became of an offer; and the same in another language when that changes", async () => {
    await alice.ask("account.tryHere", { aor: USERS.alice, displayName: "", deviceName: "" });
    await alice.send([bed.file("plan.txt", "x")], "sip:dave@b.example");
    await alice.reaches("failed");
    const told = textsUnder([alice.card, alice.state.people, alice.state.devices], MEMBERS);
    expect(told.length).toBeGreaterThan(4);
    expect(englishIn(told, `${DATA} Dave`)).toEqual([]);
    await alice.ask("settings.change", { language: "en" });
    expect(alice.card.problem?.message).toBe(
      "No one is registered as dave@b.example. No file was sent.",
    );
    expect(alice.state.people[0]?.name).toBe("Another device of mine");
  });
});
