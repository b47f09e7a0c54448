import { openPf } from "../../main/compose/open-pf.node.ts";
import { openSipStack, SERVER_TRANSACTIONS } from "../../main/compose/sip-stack.node.ts";
import { SipCore } from "../../main/network/core/sip-core.ts";
import { ha1Of } from "../../main/sip/ua/digest.ts";
import { BENCH_DOMAIN, BENCH_PASSWORD, type NetworkRole } from "./network-role-messages.ts";

/** A process of the calls bench: a SIP/IP Core, or a Participating Function. */
async function main(): Promise<void> {
  const role = (await nextMessage()) as NetworkRole;
  const sip = { host: "127.0.0.1", port: 0 };
  if (role.kind === "pf") {
    const pf = await openPf({ element: "pf", sip, msrp: sip });
    process.send?.({ port: pf.stack.local.port });
    const { core } = (await nextMessage()) as { readonly core: string };
    pf.serve({ domain: BENCH_DOMAIN, core });
    return;
  }
  const stack = await openSipStack({
    element: "core",
    listen: sip,
    maxTransactions: SERVER_TRANSACTIONS,
  });
  const users = ["alice", "bob"].map((username) => ({
    aor: `sip:${username}@${BENCH_DOMAIN}`,
    ha1: {
      sha256: ha1Of(stack.ports.hashing, "SHA-256", {
        ...{ username, realm: BENCH_DOMAIN, password: BENCH_PASSWORD },
      }),
    },
  }));
  new SipCore(stack.transactions, stack.ports, {
    domain: BENCH_DOMAIN,
    users,
    neighbours: new Map(),
    ...(role.pf === undefined ? {} : { participatingFunction: role.pf }),
  });
  process.send?.({ port: stack.local.port });
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
