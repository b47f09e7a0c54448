import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatJoinLink, type JoinLink } from "../../../shared/link/join-link.ts";
import { AppBed, type TestApp } from "../../../tests/support/app-bed.ts";
import { EventSource } from "../../base/events.ts";
import type { UserAccount } from "../../compose/element-config.ts";
import { ShareAccounts } from "../../compose/share-accounts.node.ts";
import { joinLinkFor, type ShareRecord } from "../../compose/share-record.node.ts";
import { UserError } from "../../compose/user-error.ts";
import type { RunningShare, StartShare } from "./sharing-desk.node.ts";

const FINGERPRINT = Array.from({ length: 32 }, () => "AB").join(":");
const PLACE = "127.0.0.9";

/** The accounts are real, the network behind them is not: whoever comes in finds nobody. */
class FakeShares {
  readonly started: { readonly host: string; readonly name: string }[] = [];
  stopped = 0;
  refusal: string | undefined;
  lose = (): void => undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), "shares-"));

  readonly start: StartShare = async ({ host, name }) => {
    if (this.refusal !== undefined) throw new UserError("network", this.refusal, "Try again.");
    this.started.push({ host, name });
    const accounts = new ShareAccounts(join(this.#folder, "users.json"));
    const events = new EventSource<{ readonly changed: undefined }>();
    let users: readonly UserAccount[] = await accounts.list();
    const ports = { sip: 9, msrp: 9 };
    const record: ShareRecord = {
      ...{ host, name, fingerprint: FINGERPRINT },
      ports: { "a.example": ports, "b.example": ports },
    };
    const read = async (): Promise<void> => {
      users = await accounts.list();
      events.emit("changed", undefined);
    };
    const share: RunningShare = {
      ...{ record, events },
      get users() {
        return users;
      },
      lost: new Promise((resolve) => {
        this.lose = () => {
          resolve("core-a");
        };
      }),
      presenceOf: () => ({ isOnline: false }),
      invite: async (invited) => {
        const { account, password } = await accounts.invite(invited);
        await read();
        return { account, link: joinLinkFor(record, account.aor, password) };
      },
      renew: async (aor, shownAs) => {
        const { account, password } = await accounts.renew(aor, shownAs);
        await read();
        return { account, link: joinLinkFor(record, account.aor, password) };
      },
      remove: async (aor) => {
        const wasThere = await accounts.remove(aor);
        await read();
        return wasThere;
      },
      stop: () => {
        this.stopped += 1;
        return Promise.resolve();
      },
    };
    return share;
  };

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let bed: AppBed;
let shares: FakeShares;
let app: TestApp;

beforeEach(() => {
  bed = new AppBed();
  shares = new FakeShares();
  app = bed.open("anna", { startShare: shares.start });
});

afterEach(async () => {
  await bed.stop();
  shares.remove();
});

describe("ux 3.10: share with people nearby", () => {
  it("offers the addresses of this computer, the likeliest first", async () => {
    expect(await app.ask("sharing.choices", {})).toEqual([
      { interfaceName: "wlan0", address: PLACE, family: 4, reach: "network" },
      { interfaceName: "lo", address: "127.0.0.1", family: 4, reach: "loopback" },
    ]);
  });

  it("says that an address is not of this computer, and starts nothing", async () => {
    const failed = await app.fail("sharing.start", { address: "192.0.2.9", name: "" });
    expect(failed.message).toBe("This computer has no address 192.0.2.9 now.");
    expect([shares.started, app.state.sharing]).toEqual([[], undefined]);
  });

  it("says why it did not start", async () => {
    shares.refusal = "Port 5061 is taken by another program.";
    const failed = await app.fail("sharing.start", { address: PLACE, name: "" });
    expect(failed).toMatchObject({ code: "networkNotStarted", action: shares.refusal });
    expect(app.state.sharing).toBeUndefined();
  });

  it.each([
    ["sharing.invite", { name: "Bob" }],
    ["sharing.renew", { aor: "sip:bob@b.example" }],
    ["sharing.remove", { aor: "sip:bob@b.example" }],
  ] as const)("refuses %s while nothing is shared", async (name, args) => {
    const result = await app.engine.answer(name, args);
    expect(result).toMatchObject({ ok: false, error: { code: "notSharing" } });
  });

  it("goes on where this window cannot come in: it ends, and the account is as before", async () => {
    const failed = await app.fail("sharing.start", { address: PLACE, name: "Anna's lab" });
    expect(failed.message).toBe("Sharing started, but this window could not come in.");
    expect(shares.started).toEqual([{ host: PLACE, name: "Anna's lab" }]);
    expect(shares.stopped).toBe(1);
    expect(app.state).not.toHaveProperty("account");
    expect(app.state.sharing).toBeUndefined();
  });
});

describe("joining by link", () => {
  const join: JoinLink = {
    ...{ aor: "sip:bob@b.example", host: "127.0.0.1", port: 9 },
    transport: "tls",
    ...{ fingerprint: FINGERPRINT, password: "x".repeat(24), name: "Anna's lab" },
  };
  const link = formatJoinLink(join);

  it("shows what a link says, without its secret, and does nothing", async () => {
    const view = await app.ask("join.look", { link });
    expect(view).toEqual({
      ...{ aor: join.aor, server: "127.0.0.1:9", fingerprint: FINGERPRINT },
      networkName: "Anna's lab",
    });
    expect(app.state.registration.name).toBe("signedOut");
  });

  it("asks about a link that the system hands over", async () => {
    await app.engine.handOver({ paths: [], joinLink: link });
    expect(app.told("join.asked")).toEqual([{ link, join: await app.ask("join.look", { link }) }]);
    expect(app.state.registration.name).toBe("signedOut");
  });

  it("says what is no link, asks nothing about it, and joins nothing with it", async () => {
    for (const text of ["cpm:bob@b.example", "cpm:join?u=bob@b.example", "https://x.example"]) {
      expect((await app.fail("join.look", { link: text })).code).toBe("badLink");
      const args = { link: text, displayName: "", deviceName: "" };
      expect((await app.fail("join.accept", args)).code).toBe("badLink");
      await app.engine.handOver({ paths: [], joinLink: text });
    }
    expect(app.told("join.asked")).toEqual([]);
  });

  it("leaves no account behind where the network does not answer", async () => {
    const failed = await app.fail("join.accept", { link, displayName: "", deviceName: "" });
    expect(failed.message).not.toBe("");
    expect(app.state).not.toHaveProperty("account");
  });
});
