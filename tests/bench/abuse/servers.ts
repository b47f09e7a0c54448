import { selfSignedIdentity } from "../../../main/base/self-signed.node.ts";
import { openPf } from "../../../main/compose/open-pf.node.ts";
import { openSipStack, SERVER_TRANSACTIONS } from "../../../main/compose/sip-stack.node.ts";
import { SipCore } from "../../../main/network/core/sip-core.ts";
import { ha1Of } from "../../../main/sip/ua/digest.ts";
import { ABUSE_DOMAIN, ABUSE_PASSWORD, type Listening } from "./messages.ts";

const DAY_MS = 86_400_000;
const identity = selfSignedIdentity({
  ...{ names: [], notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS },
});
const { fingerprint } = identity;

const SIP = { host: "127.0.0.1", port: 0 };

/** A core as it is where anybody can reach it. */
export async function runCore(pf: string, names: readonly string[]): Promise<Listening> {
  const stack = await openSipStack({
    ...{ element: "core", listen: SIP, profile: "open" },
    maxTransactions: SERVER_TRANSACTIONS,
    // It is asked for nothing over TLS itself.
    tls: { identity, listen: SIP, trustOf: () => ({ kind: "fingerprint", sha256: fingerprint }) },
  });
  const { localTls } = stack.transactions.transport;
  const { hashing } = stack.ports;
  const users = names.map((username) => {
    const who = { username, realm: ABUSE_DOMAIN, password: ABUSE_PASSWORD };
    return {
      aor: `sip:${username}@${ABUSE_DOMAIN}`,
      ha1: { sha256: ha1Of(hashing, "SHA-256", who) },
    };
  });
  new SipCore(stack.transactions, stack.ports, {
    ...{ domain: ABUSE_DOMAIN, users, neighbours: new Map(), profile: stack.profile },
    participatingFunction: pf,
  });
  return { port: stack.local.port, tls: { port: localTls?.port ?? 0, fingerprint } };
}

/** @param coreAt the core's URI, as soon as it is known */
export async function runPf(coreAt: Promise<string>): Promise<Listening> {
  const pf = await openPf({
    element: "pf",
    sip: SIP,
    msrp: SIP,
    profile: "open",
    msrpTls: { identity },
  });
  void coreAt.then((core) => {
    pf.serve({ domain: ABUSE_DOMAIN, core });
  });
  const tls = { port: pf.msrp.localTls?.port ?? 0, fingerprint };
  return { port: pf.stack.local.port, msrpPort: pf.msrp.local.port, tls };
}
