import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { FlowBuilder, toRecords } from "../../tests/support/trace-builder.ts";
import type { UserAccount } from "../compose/element-config.ts";
import { VERSION } from "../compose/version.ts";
import { formatRecord } from "../trace/record-lines.ts";
import { buildProgram } from "./program.node.ts";

const ENTRY = resolve(import.meta.dirname, "../entry.ts");
const folder = mkdtempSync(join(tmpdir(), "cpm-usage-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function cpm(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, CPM_PASSWORD: "", CPM_JOIN: "" };
  return new Promise((done) => {
    execFile(process.execPath, [ENTRY, "--role=cli", ...args], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      done({ code, stdout, stderr });
    });
  });
}

function lastEvent({ stdout }: Ended): unknown {
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

const OTHER_LINK = join(folder, "other-link.txt");
writeFileSync(OTHER_LINK, "cpm:bob@b.example\n");
const IDENTITY = ["--as", "sip:alice@a.example", "--profile", join(folder, "alice")];
/** Where no core is: whoever asks it first ends with 7. */
const NOWHERE = ["--core", "127.0.0.1:9;transport=tcp"];

function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

describe("help", () => {
  const program = buildProgram(() => Promise.resolve());

  it.each(everyCommand(program).map((command) => [command.name(), command] as const))(
    "of %s shows an example",
    (_name, command) => {
      let text = "";
      command.configureOutput({
        writeOut: (part) => {
          text += part;
        },
      });
      command.outputHelp();
      expect(text).toMatch(/\nExample:\n {2}\$ cpm /);
    },
  );

  it("exits 0", async () => {
    const { code, stdout } = await cpm("network", "user", "add", "--help");
    expect(stdout).toContain("Usage: cpm network user add");
    expect(code).toBe(0);
  });

  it("--version is the package's", async () => {
    const text = readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ version: VERSION });
    expect((await cpm("--version")).stdout).toBe(`${VERSION}\n`);
  });
});

describe("exit 2: usage", () => {
  it.each([
    ["an unknown option names the nearest", ["demo", "--devces", "3"], "Did you mean --devices?"],
    ["an unknown command names the nearest", ["histroy"], "Did you mean history?"],
    ["a missing option", ["client"], "--profile <dir>"],
    ["nobody that it is", ["client", "--profile", folder], "cpm join"],
    ["half of who it is", ["client", ...IDENTITY], "--as and --core belong together"],
    ["a number out of range", ["demo", "--devices", "0"], "A number from 1 to 10"],
    [
      "half a fingerprint",
      ["client", ...IDENTITY, "--core", "127.0.0.1:1;transport=tls", "--core-fingerprint", "AB:CD"],
      "is no fingerprint",
    ],
    [
      "a fingerprint without TLS",
      ["client", ...IDENTITY, "--core", "127.0.0.1:1", "--core-fingerprint", "AB".repeat(32)],
      "Only a core over TLS",
    ],
    ["no address", ["client", ...IDENTITY, "--core", "nowhere"], "no address of a core"],
    [
      "no password",
      ["client", "--as", "sip:dave@a.example", "--profile", folder, "--core", "127.0.0.1:1"],
      "No password for sip:dave@a.example",
    ],
    [
      "no relay",
      ["client", ...IDENTITY, "--core", "127.0.0.1:1", "--relay", "relay.example:2855"],
      "no address of an MSRP relay",
    ],
    [
      "a relay that wants TLS",
      ["client", ...IDENTITY, "--core", "127.0.0.1:1", "--relay", "msrps://relay.example:2855"],
      "MSRP over TLS",
    ],
    [
      "no terminal to ask on",
      ["client", ...IDENTITY, "--core", "127.0.0.1:1", "--accept", "ask"],
      "needs a terminal",
    ],
    [
      "demo accounts beyond this machine",
      ["network", "up", "--bind", "192.0.2.1"],
      "for this machine only",
    ],
    ["a file that is not there", ["demo", join(folder, "none")], "There is no file"],
    ["a folder instead of a file", ["demo", folder], "is no regular file"],
    [
      "a file to send that is not there, before anything is asked of the network",
      ["send", join(folder, "none"), "--to", "sip:bob@b.example", ...IDENTITY, ...NOWHERE],
      "There is no file",
    ],
    [
      "a folder to send",
      ["send", folder, "--to", "sip:bob@b.example", ...IDENTITY, ...NOWHERE],
      "Name files, not folders.",
    ],
    [
      "a receiver without an address",
      ["send", OTHER_LINK, "--to", "bob", ...IDENTITY, ...NOWHERE],
      "Write --to sip:NAME@DOMAIN",
    ],
    [
      "nothing to go on with: the profile is not there",
      ["resume", ...IDENTITY.slice(0, 2), "--profile", join(folder, "none"), ...NOWHERE],
      "There is no profile",
    ],
    [
      "a trace that has no place, before the network starts",
      ["network", "up", "--trace", join(folder, "none", "trace.jsonl")],
      "cannot be written",
    ],
    [
      "a folder for a trace, before a device starts",
      ["client", ...IDENTITY, ...NOWHERE, "--trace", folder],
      "It is a folder; name a file.",
    ],
    ["what is no trace", ["flow", OTHER_LINK], "is no trace"],
    ["a trace that is not there", ["flow", join(folder, "none.jsonl")], "cannot be read"],
    [
      "a profile that is not there",
      ["history", "--profile", join(folder, "none")],
      "There is no profile",
    ],
    ["an address without a name", ["network", "user", "add", "a.example"], "NAME@DOMAIN"],
    [
      "an address that is not here to share at",
      ["network", "share", "--bind", "192.0.2.1", "--profile", folder],
      "lo  127.0.0.1  this computer only",
    ],
    [
      "a name that no network has",
      ["network", "share", "--bind", "127.0.0.1", "--profile", folder, "--name", "a\nb"],
      "is no name for a network",
    ],
    [
      "an invitation to nothing",
      ["network", "invite", "Bob", "--profile", folder],
      "Nothing was shared",
    ],
    ["nobody to remove", ["network", "user", "remove", "bob@b.example"], "has no account in"],
    ["no link", ["join", "--profile", folder], "no link to join"],
    [
      "a link that is not there",
      ["join", join(folder, "no"), "--profile", folder],
      "cannot be read",
    ],
    ["a link to something else", ["join", OTHER_LINK, "--profile", folder], "is no link to join"],
    [
      "a link beside an address",
      ["client", ...IDENTITY, "--core", "127.0.0.1:1", "--join-file", OTHER_LINK],
      "says who you are already",
    ],
  ])("%s", async (_what, args, told) => {
    const { code, stdout, stderr } = await cpm(...args);
    expect(stderr).toContain(told);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("is an error event and the end with --json", async () => {
    const ended = await cpm("history", "--profile", join(folder, "none"), "--json");
    const events = ended.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(events).toEqual([
      expect.objectContaining({ event: "error", code: "usage", profile: "none" }),
      expect.objectContaining({ event: "ended", exit: 2, profile: "none" }),
    ]);
  });
});

describe("exit 2: what cannot be read as a command", () => {
  it.each([
    ["an option that is missing", ["send", OTHER_LINK, "--json"], "--profile <dir>"],
    [
      "an option that nobody knows",
      ["demo", "--json", "--devises", "2"],
      "Did you mean --devices?",
    ],
  ])("%s is an error event and the end with --json, too", async (_what, args, told) => {
    const { code, stdout, stderr } = await cpm(...args);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly message?: string });
    expect(events).toEqual([
      expect.objectContaining({ event: "error", code: "usage", action: "Try --help." }),
      expect.objectContaining({ event: "ended", exit: 2 }),
    ]);
    expect(events[0]?.message).toContain(told);
    expect(stderr).toContain("Try --help.");
    expect(code).toBe(2);
  });
});

describe("exit 7: no network", () => {
  it("a core that does not answer is told in words", async () => {
    const note = join(folder, "note.txt");
    writeFileSync(note, "hello");
    // Port 9 (discard) is closed: TCP says so at once.
    const { code, stderr } = await cpm(
      "send",
      note,
      "--to",
      "sip:bob@b.example",
      ...IDENTITY,
      ...NOWHERE,
    );
    expect(stderr).toContain("The network does not answer at 127.0.0.1:9.");
    expect(code).toBe(7);
  });
});

describe("cpm flow", () => {
  const complete = join(folder, "complete.jsonl");
  const broken = join(folder, "broken.jsonl");
  const { messages } = new FlowBuilder();
  const write = (path: string, built: typeof messages): void => {
    writeFileSync(
      path,
      toRecords(built)
        .map((record) => `${formatRecord(record)}\n`)
        .join(""),
    );
  };
  write(complete, messages);
  const lacking = (built: typeof messages): typeof messages =>
    built.filter(({ steps }) => !steps.includes("T19"));
  write(broken, lacking(messages));
  const both = join(folder, "both.jsonl");
  const other = new FlowBuilder({ prefix: "other-", conversationId: "other" });
  write(both, [...messages, ...lacking(other.messages)]);
  const torn = join(folder, "torn.jsonl");
  writeFileSync(torn, `${readFileSync(complete, "utf8")}{"t":`);

  it("draws the ladder and tells the verdict", async () => {
    const { code, stdout } = await cpm("flow", complete, "--check");
    expect(stdout).toContain("41 of 41 steps; in causal order");
    expect(stdout).toMatch(/O4 = T1 .*INVITE/);
    expect(code).toBe(0);
  });

  it("--check exits 8 and names the first fault", async () => {
    const { code, stderr } = await cpm("flow", broken, "--check");
    expect(stderr).toContain(
      "T19 (core B hands the answer to Participating Function B) is missing",
    );
    expect(code).toBe(8);
    expect((await cpm("flow", broken)).code).toBe(0);
  });

  it("--check says which of several offers is at fault", async () => {
    const { code, stderr } = await cpm("flow", both, "--check");
    expect(stderr).toMatch(/offer 2 of 2 \(conversation other\): T19 \(.*\) is missing/);
    expect(code).toBe(8);
  });

  it("tells of lines that are no records, and reads on", async () => {
    const { code, stderr, stdout } = await cpm("flow", torn);
    expect(stderr).toContain("1 line is no trace record");
    expect(stdout).toContain("41 of 41 steps");
    expect(code).toBe(0);
  });

  it("--format json is one event for each offer", async () => {
    const { stdout } = await cpm("flow", complete, "--format", "json");
    const [line = ""] = stdout.split("\n");
    expect(JSON.parse(line)).toMatchObject({
      ...{ event: "flow", steps: 41, seen: 41, missing: [], misplaced: [], notApplicable: [] },
    });
  });
});

describe("cpm network user add", () => {
  it("keeps hashes, never the password, and makes one where none is given", async () => {
    const users = join(folder, "users.json");
    const secret = join(folder, "secret");
    writeFileSync(secret, "correct horse\n");
    const given = await cpm(
      "network",
      "user",
      "add",
      "dave@A.example",
      "--users",
      users,
      "--password-file",
      secret,
    );
    expect(given.code).toBe(0);
    const made = await cpm("network", "user", "add", "eve@a.example", "--users", users, "--json");
    expect(lastEvent({ ...made, stdout: made.stdout.split("\n", 1)[0] ?? "" })).toMatchObject({
      isReplaced: false,
    });
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/"password":"[\w-]{24}"/);
    expect(lastEvent(made)).toMatchObject({ event: "ended", exit: 0 });
    const text = readFileSync(users, "utf8");
    expect(text).not.toContain("correct horse");
    const { users: accounts } = JSON.parse(text) as { readonly users: readonly UserAccount[] };
    expect(accounts.map(({ aor }) => aor)).toEqual(["sip:dave@a.example", "sip:eve@a.example"]);
    // MD5 and SHA-256 of `dave:a.example:correct horse` (RFC 7616 §3.4.2).
    expect(accounts[0]?.ha1).toEqual({
      md5: hash("md5", "dave:a.example:correct horse"),
      sha256: hash("sha256", "dave:a.example:correct horse"),
    });
  });

  it("says that an account which was there has another password now", async () => {
    const users = join(folder, "known.json");
    const add = ["network", "user", "add", "dave@a.example", "--users", users];
    expect((await cpm(...add)).stdout).not.toContain("void");
    expect((await cpm(...add)).stdout).toContain("the one before is void");
  });
});
