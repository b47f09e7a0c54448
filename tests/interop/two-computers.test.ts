import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseLink } from "../../shared/link/cpm-link.ts";
import { formatJoinLink, type JoinLink } from "../../shared/link/join-link.ts";
import { CpmProcess } from "../support/cpm-process.ts";
import { canMakeNamespaces, HOST_ADDRESS, TwoComputers } from "../support/network-namespaces.ts";
import { octets } from "../support/octets.ts";

const canRun = canMakeNamespaces();
const NAME = "Anna's lab";

let folder: string;
let computers: TwoComputers;
let running: CpmProcess[] = [];

function start(
  where: "host" | "guest",
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): CpmProcess {
  const place = { namespace: computers[where] };
  const process = new CpmProcess(`${where} ${args[0] ?? ""}`, [...args, "--json"], env, place);
  running.push(process);
  return process;
}

async function share(...more: readonly string[]): Promise<CpmProcess> {
  const args = ["network", "share", "--profile", join(folder, "network"), "--name", NAME];
  const process = start("host", [...args, ...more]);
  await process.event("ready");
  return process;
}

async function linkOf(process: CpmProcess, name: string): Promise<JoinLink> {
  const invited = await process.event("invited", (event) => event["name"] === name);
  const link = parseLink(String(invited["link"]));
  if (link.kind !== "join") throw new Error(`no link: ${String(invited["link"])}`);
  return link.join;
}

/** Joins by a link in a file. @returns the process, which ends */
async function joins(
  where: "host" | "guest",
  profile: string,
  link: JoinLink,
): Promise<CpmProcess> {
  const file = join(folder, `${profile}.link`);
  await writeFile(file, `${formatJoinLink(link)}\n`, { mode: 0o600 });
  const joining = start(where, ["join", file, "--profile", join(folder, profile)]);
  await joining.exit();
  return joining;
}

async function receiver(where: "host" | "guest", profile: string): Promise<CpmProcess> {
  const client = start(where, [
    ...["client", "--profile", join(folder, profile), "--accept", "all", "--once"],
    ...["--receive", join(folder, `${profile}-files`), "--trace", join(folder, `${profile}.jsonl`)],
  ]);
  await client.event("ready");
  return client;
}

async function sends(where: "host" | "guest", profile: string, to: string): Promise<void> {
  const content = octets(3_000_000, profile.length);
  const path = join(folder, `from-${profile}.bin`);
  await writeFile(path, content);
  const args = ["send", path, "--to", to, "--profile", join(folder, profile)];
  const sending = start(where, [...args, "--expect", "verified:1"]);
  expect(await sending.exit(), sending.story()).toBe(0);
}

async function arrived(profile: string, from: string): Promise<void> {
  const got = await readFile(join(folder, `${profile}-files`, `from-${from}.bin`));
  expect(got.equals(octets(3_000_000, from.length))).toBe(true);
}

/** SIP messages of a trace, as text. */
async function messages(profile: string): Promise<string> {
  const lines = (await readFile(join(folder, `${profile}.jsonl`), "utf8")).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as { proto: string; raw: string });
  return records
    .filter(({ proto }) => proto === "sip")
    .map(({ raw }) => Buffer.from(raw, "base64").toString("utf8"))
    .join("\n");
}

// Only root makes network namespaces; that they cannot be made is printed.
describe.runIf(canRun)("two computers", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cpm-nearby-"));
    computers = new TwoComputers();
  });

  afterEach(async () => {
    for (const each of running.reverse()) await each.stop();
    running = [];
  });

  afterAll(async () => {
    computers.remove();
    await rm(folder, { recursive: true });
  });

  it("files go both ways, verified, over TLS and MSRPS with the fingerprint of the link", async () => {
    const network = await share("--bind", HOST_ADDRESS, "--invite", "alice@a.example", "Bob");
    const [alice, bob] = [await linkOf(network, "alice"), await linkOf(network, "Bob")];
    expect(bob).toMatchObject({ aor: "sip:bob@b.example", host: HOST_ADDRESS, name: NAME });
    for (const joining of [await joins("host", "anna", alice), await joins("guest", "bob", bob)])
      expect(
        joining.events.map(({ event }) => event),
        joining.story(),
      ).toContain("joined");

    const onGuest = await receiver("guest", "bob");
    await sends("host", "anna", "sip:bob@b.example");
    expect(await onGuest.exit(), onGuest.story()).toBe(0);
    await arrived("bob", "anna");

    const onHost = await receiver("host", "anna");
    await sends("guest", "bob", "sip:alice@a.example");
    expect(await onHost.exit(), onHost.story()).toBe(0);
    await arrived("anna", "bob");

    const told = await messages("bob");
    expect(told).toMatch(/^Via: SIP\/2\.0\/TLS 192\.0\.2\.2/m);
    expect(told).not.toMatch(/SIP\/2\.0\/(?:UDP|TCP) 192\.0\.2\.2/);
    expect(told).toMatch(/^m=message \d+ TCP\/TLS\/MSRP/m);
    expect(told).not.toMatch(/^m=message [1-9]\d* TCP\/MSRP/m);
    expect(told).toMatch(/^a=fingerprint:sha-256 /im);
  });

  it("nothing listens for others but TLS, and what is kept is its owner's alone", async () => {
    const network = await share("--bind", HOST_ADDRESS);
    const { networks } = (await network.event("ready")) as unknown as {
      readonly networks: readonly { core: { tls: string }; pf: { msrps: string } }[];
    };
    const doors = networks.flatMap(({ core, pf }) => [core.tls, pf.msrps]);
    const outside = TwoComputers.listening(computers.host).filter(
      (address) => !/^(?:127\.0\.0\.1|\[::1\]):/.test(address) && address !== "",
    );
    expect([...outside].sort()).toEqual([...doors].sort());
    const kept = join(folder, "network");
    for (const name of ["users.json", "share.json"])
      expect((await stat(join(kept, name))).mode & 0o077).toBe(0);
    expect(await readFile(join(kept, "users.json"), "utf8")).not.toMatch(/password/i);
  });

  it("after a restart the links that were given still work: ports, certificate, accounts are the same", async () => {
    await share("--interface", "veth-a");
    const onGuest = await receiver("guest", "bob");
    expect(onGuest.events.some(({ event }) => event === "registered")).toBe(true);
  });

  it("MUST refuse another certificate than the link names", async () => {
    const network = await share("--bind", HOST_ADDRESS, "--invite", "Carol");
    const carol = await linkOf(network, "Carol");
    const other = carol.fingerprint.replace(/^../, (pair) => (pair === "00" ? "01" : "00"));
    const joining = await joins("guest", "carol", { ...carol, fingerprint: other });
    expect(await joining.exit()).toBe(7);
    expect(joining.story()).toMatch(/shows another certificate/);
    await expect(readdir(join(folder, "carol"))).resolves.not.toContain("joined.json");
  });

  it("MUST refuse the demo accounts, and a link whose account was removed", async () => {
    const network = await share("--bind", HOST_ADDRESS, "--invite", "Dave");
    const dave = await linkOf(network, "Dave");
    const demo = await joins("guest", "demo", { ...dave, password: "demodemodemodemo" });
    expect(await demo.exit()).toBe(7);
    const plain = start(
      "guest",
      [
        ...["client", "--as", "sip:bob@b.example", "--profile", join(folder, "demo")],
        ...["--core", `${HOST_ADDRESS}:${String(dave.port)};transport=tls`],
        ...["--core-fingerprint", dave.fingerprint],
      ],
      { CPM_PASSWORD: "demo" },
    );
    expect(await plain.exit(), plain.story()).toBe(7);

    const users = join(folder, "network", "users.json");
    const removing = start("host", [
      "network",
      "user",
      "remove",
      "dave@b.example",
      "--users",
      users,
    ]);
    expect(await removing.exit()).toBe(0);
    // The network looks at the file twice a second; the last word on this link is a refusal.
    await expect
      .poll(async () => (await joins("guest", "dave", dave)).exit(), { timeout: 20_000 })
      .toBe(7);
  });
});
