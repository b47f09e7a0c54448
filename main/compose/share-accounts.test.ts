import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseLink } from "../../shared/link/cpm-link.ts";
import { accountFor, isDemoAccount, ShareAccounts } from "./share-accounts.node.ts";
import { joinLinkFor } from "./share-record.node.ts";
import { demoAccounts, makeAccount } from "./users.node.ts";

let folder: string;
let accounts: ShareAccounts;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "share-"));
  accounts = new ShareAccounts(join(folder, "in", "users.json"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the account that a name stands for", () => {
  it.each([
    ["Bob", "sip:bob@b.example", "Bob"],
    ["Zoë Müller", "sip:zoe-muller@b.example", "Zoë Müller"],
    ["  -- ann_lee. ", "sip:ann-lee@b.example", "-- ann_lee."],
    ["李", "sip:guest@b.example", "李"],
    ["dave@a.example", "sip:dave@a.example", "dave"],
    ["sip:Dave@B.example", "sip:dave@b.example", "Dave"],
  ])("%s is %s", (name, aor, shownAs) => {
    if (name.startsWith("sip:")) expect(accountFor(name).aor).toBe(aor);
    else expect(accountFor(name)).toEqual({ aor, shownAs });
  });

  it.each([
    "",
    "  ",
    "a@b@c",
    "dave@c.example",
    "da ve@a.example",
    "x".repeat(61),
    "a\nb",
    "@a.example",
  ])("%j is nobody's", (name) => {
    expect(() => accountFor(name)).toThrow("No account can be made");
  });
});

describe("accounts of a shared network", () => {
  it("are kept without their passwords, for their owner's eyes only", async () => {
    const { account, password } = await accounts.invite("Bob");
    expect(account).toEqual({ ...makeAccount("bob@b.example", password), name: "Bob" });
    const text = readFileSync(accounts.file, "utf8");
    expect(text).not.toContain(password);
    expect(statSync(accounts.file).mode & 0o777).toBe(0o600);
    expect(await accounts.list()).toEqual([account]);
  });

  it("have passwords that nobody guesses, each its own, which a link can hold", async () => {
    const made = [await accounts.invite("Bob"), await accounts.renew("sip:bob@b.example")];
    const [first, second] = made.map(({ password }) => password);
    expect(first).not.toBe(second);
    expect(first).toMatch(/^[\w-]{24}$/);
    const record = {
      ...{ name: "Anna's lab", host: "192.0.2.7", fingerprint: "AB:".repeat(32).slice(0, -1) },
      ports: { "b.example": { sip: 5061, msrp: 5062 } },
    };
    const link = joinLinkFor(record, "sip:bob@b.example", second ?? "");
    expect(parseLink(link)).toMatchObject({ kind: "join", join: { port: 5061, password: second } });
  });

  it("are one for each name, and another password keeps who it is", async () => {
    await accounts.invite("Bob");
    await expect(accounts.invite("BOB")).rejects.toThrow("bob@b.example has an account already");
    await accounts.seen("sip:bob@b.example", 7);
    const { account } = await accounts.renew("sip:bob@b.example");
    expect(account).toMatchObject({ name: "Bob", lastSeenMs: 7 });
    expect(await accounts.list()).toEqual([account]);
  });

  it("are gone when they are removed", async () => {
    await accounts.invite("Bob");
    await accounts.invite("Carol");
    expect(await accounts.remove("sip:bob@b.example")).toBe(true);
    expect(await accounts.remove("sip:bob@b.example")).toBe(false);
    expect((await accounts.list()).map(({ aor }) => aor)).toEqual(["sip:carol@b.example"]);
  });

  it("lose none when several are made at once", async () => {
    const names = ["a", "b", "c", "d", "e"];
    await Promise.all(names.map((name) => new ShareAccounts(accounts.file).invite(name)));
    expect(await accounts.list()).toHaveLength(names.length);
  });

  it("know the demo accounts by the password that everybody knows", () => {
    expect(demoAccounts().every(isDemoAccount)).toBe(true);
    expect(isDemoAccount(makeAccount("alice@a.example", "another"))).toBe(false);
  });
});
