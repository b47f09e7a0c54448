import { afterEach, describe, expect, it } from "vitest";
import { ALICE, BOB, ClientPair } from "../../tests/support/client-pair.ts";
import { fakeRequest } from "../../tests/support/fake-sip.ts";
import { octets } from "../../tests/support/octets.ts";

/** FakeSip's requests come from here. */
const CORE = "10.9.9.9";

let pair: ClientPair;
let asked: (string | undefined)[];
let knows: boolean;

/** @param coreAddress who may vouch for names */
async function start(coreAddress: string): Promise<void> {
  asked = [];
  knows = false;
  const isStranger = (uri: string | undefined): boolean => {
    asked.push(uri);
    return uri === undefined || !knows;
  };
  pair = await ClientPair.start({ b: { coreAddress, isStranger } });
  pair.alice.files.put("/s/plan.pdf", octets(5000, 1));
}

afterEach(async () => {
  await pair.stop();
});

async function offer(): Promise<void> {
  const before = pair.alice.all("transfer").length;
  const sent = await pair.alice.client.offer({ to: BOB, paths: ["/s/plan.pdf"] });
  expect(sent.ok).toBe(true);
  await pair.until(
    "bob rings, or alice hears why not",
    () => pair.bob.has("ringing") || pair.alice.all("transfer").length > before,
  );
}

describe("RFC 3261 §21.6.2 offers of people whom the user does not know", () => {
  it("MUST be declined on every device with 603, until they are known", async () => {
    await start(CORE);
    await offer();
    expect(pair.alice.last("declined").status).toBe(603);
    expect(pair.bob.has("offer")).toBe(false);
    knows = true;
    await offer();
    expect(pair.bob.has("ringing")).toBe(true);
    expect(asked).toEqual([ALICE, ALICE]);
  });

  it("MUST be those under a known name for which nobody vouches, too", async () => {
    await start("192.0.2.1");
    knows = true;
    await offer();
    expect(asked).toEqual([undefined]);
    expect(pair.alice.last("declined").status).toBe(603);
  });

  it("MUST NOT be told of by their words either", async () => {
    await start(CORE);
    const say = (): number => {
      const content = Buffer.from("Take it!");
      const fields = [
        { name: "From", value: `<${ALICE}>;tag=1` },
        { name: "To", value: `<${BOB}>` },
      ];
      const body = { contentType: "text/plain", content };
      return pair.bobSip.receive(fakeRequest("MESSAGE", BOB, fields, body));
    };
    expect([say(), pair.bob.has("message")]).toEqual([200, false]);
    knows = true;
    expect([say(), pair.bob.has("message")]).toEqual([200, true]);
  });
});
