import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppBed, type TestApp, USERS } from "../support/app-bed.ts";

let bed: AppBed;
let alice: TestApp;
let bob: TestApp;

beforeAll(async () => {
  bed = new AppBed();
  alice = await bed.join("alice", USERS.alice);
  bob = await bed.join("bob", USERS.bob);
});

afterAll(async () => {
  await bed.stop();
});

describe("ux 3.11: a history that cannot be written", () => {
  it("is told to the windows, and the files come all the same", async () => {
    expect(bob.state.historyTrouble).toBeUndefined();
    const history = new DatabaseSync(join(bed.folder, "bob", "history.db"));
    history.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON offers BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END",
    );
    history.close();
    await alice.send([bed.file("plan.pdf", "the plan")], USERS.bob);
    await bob.reaches("ringing");
    await bob.accept();
    await Promise.all([bob.reaches("verified"), alice.reaches("verified")]);
    await bed.until("Bob is told", () => bob.state.historyTrouble !== undefined);
    expect(bob.state.historyTrouble).toMatchObject({ kind: "unwritten" });
    expect(bob.content("plan.pdf")).toBe("the plan");
    expect(alice.state.historyTrouble).toBeUndefined();
  });
});
