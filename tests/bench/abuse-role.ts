import { runCrowd, runFlood } from "./abuse/attackers.ts";
import { Calls } from "./abuse/calls.ts";
import type { AbuseRole, PeopleTask } from "./abuse/messages.ts";
import { People } from "./abuse/people.ts";
import { runCore, runPf } from "./abuse/servers.ts";

type Runner<Kind extends AbuseRole["kind"]> = (
  role: Extract<AbuseRole, { readonly kind: Kind }>,
) => Promise<void>;

const RUNNERS: { readonly [Kind in AbuseRole["kind"]]: Runner<Kind> } = {
  core: async ({ pf, users }) => {
    tell(await runCore(pf, users));
  },
  pf: async () => {
    tell(await runPf(nextMessage().then((message) => (message as { readonly core: string }).core)));
  },
  flood: async (role) => {
    tell(await runFlood(role));
  },
  crowd: async (role) => {
    tell(await runCrowd(role));
  },
  people,
  calls: async (role) => {
    const calls = new Calls(role);
    tell(await calls.open());
    await nextMessage();
    tell(await calls.finish());
  },
};

function tell(message: object): void {
  process.send?.(message);
}

/** A process of the abuse bench. Its first message says which. */
async function main(): Promise<void> {
  const role = (await nextMessage()) as AbuseRole;
  // Checked border: the runner under a kind takes a role of that kind.
  await (RUNNERS[role.kind] as (role: AbuseRole) => Promise<void>)(role);
}

async function people({
  core,
  folder,
  pairs,
}: Extract<AbuseRole, { readonly kind: "people" }>): Promise<void> {
  const all = new People(core, folder);
  await all.start(pairs);
  tell({});
  for (;;) {
    const task = (await nextMessage()) as PeopleTask;
    tell(
      task.task === "newcomer"
        ? await all.newcomer(task.tls)
        : await all.transfers(task.durationMs, task.everyMs),
    );
  }
}

function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => {
    process.once("message", resolve);
  });
}

process.on("disconnect", () => {
  process.exit(0);
});
process.on("SIGTERM", () => {
  process.exit(0);
});
await main();
