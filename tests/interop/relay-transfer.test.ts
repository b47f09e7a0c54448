import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatHostPort } from "../../main/base/host-port.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { hasKamailio, type KamailioRelay, kamailioRelay } from "../support/kamailio-relay.ts";
import { need } from "../support/need.ts";
import { octets } from "../support/octets.ts";

const PASSWORD = "demo";
const canRun = need(hasKamailio(), "kamailio, to relay MSRP");

// Kamailio is a program of its own: without it nothing could be shown, and `need` has said so.
describe.skipIf(!canRun)("RFC 4976: whole offers through Debian's Kamailio as relay", () => {
  let kamailio: KamailioRelay;
  let network: CpmProcess;
  let cores: readonly string[];
  let folder: string;
  let running: CpmProcess[];

  beforeAll(async () => {
    kamailio = await kamailioRelay("relay.example", PASSWORD);
    network = new CpmProcess("network", ["network", "up", "--json"]);
    const ready = await network.event("ready");
    const networks = ready["networks"] as readonly { readonly core: { readonly udp: string } }[];
    cores = networks.map(({ core }) => core.udp);
  });

  afterAll(async () => {
    await network.stop();
    await kamailio.stop();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cpm-relayed-"));
    running = [];
  });

  afterEach(async () => {
    for (const each of running.reverse()) await each.stop();
    await rm(folder, { recursive: true });
  });

  function start(name: string, args: readonly string[]): CpmProcess {
    const process = new CpmProcess(name, [...args, "--json"], { CPM_PASSWORD: PASSWORD });
    running.push(process);
    return process;
  }

  function relay(): readonly string[] {
    const { host, port = 0 } = kamailio.uri;
    return ["--relay", `msrp://${formatHostPort({ host, port })}`];
  }

  it.each([
    ["the sender", true, false],
    ["the receiver", false, true],
    ["both", true, true],
  ])("MUST bring every octet with %s behind it, and vouch for it", async (_who, a, b) => {
    const file = join(folder, "plan.pdf");
    const bytes = octets(700_000, 5);
    await writeFile(file, bytes);
    await writeFile(join(folder, "empty.txt"), "");
    const bob = start("bob", [
      ...["client", "--as", "sip:bob@b.example", "--core", cores[1] ?? "", "--once"],
      ...["--profile", join(folder, "bob"), "--receive", join(folder, "got")],
      ...(b ? relay() : []),
    ]);
    await bob.event("ready");
    const trace = join(folder, "alice.jsonl");
    const alice = start("alice", [
      ...["send", file, join(folder, "empty.txt"), "--to", "sip:bob@b.example"],
      ...["--as", "sip:alice@a.example", "--core", cores[0] ?? "", "--trace", trace],
      ...["--profile", join(folder, "alice"), ...(a ? relay() : [])],
    ]);
    expect(await alice.exit(), alice.story()).toBe(0);
    expect(await bob.exit(), bob.story()).toBe(0);
    expect((await readFile(join(folder, "got", "plan.pdf"))).equals(bytes)).toBe(true);
    expect((await readFile(trace, "utf8")).includes("AUTH")).toBe(a);
  });

  it("MUST say what a wrong password at the relay means for the files", async () => {
    const secret = join(folder, "secret");
    await writeFile(secret, "wrong\n");
    await writeFile(join(folder, "note.txt"), "hello");
    const alice = start("alice", [
      ...["send", join(folder, "note.txt"), "--to", "sip:bob@b.example"],
      ...["--as", "sip:alice@a.example", "--core", cores[0] ?? ""],
      ...["--profile", join(folder, "alice"), ...relay(), "--relay-password-file", secret],
    ]);
    const error = await alice.event("error");
    expect(error).toMatchObject({ code: "authentication", status: 401 });
    expect(error["message"]).toContain("No file was sent.");
    expect(await alice.exit()).toBe(7);
  });
});
