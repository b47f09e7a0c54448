import { type HostPort, parseHostPort } from "../../../main/base/host-port.ts";
import { sha1Selector } from "../../support/foreign-bed.ts";
import type { ForeignWay } from "../../support/foreign-ways.ts";
import { loopbackPlace } from "../../support/kamailio-core.ts";
import type { MsrpSocketPeer } from "../../support/msrp-socket-peer.ts";
import { Sipp } from "../../support/sipp.ts";
import { type ForeignHabits, scenarioText } from "./pieces.ts";

export const BOB = "sip:bob@b.example";

export interface Stage {
  readonly way: ForeignWay;
  readonly transport: "udp" | "tcp";
  readonly folder: string;
  readonly media: MsrpSocketPeer;
  /** What moves. */
  readonly content: Buffer;
}

/** A foreign alice who calls bob by a scenario. */
export function foreignCaller(
  stage: Stage,
  scenario: string,
  habits: Partial<ForeignHabits> = {},
): Promise<Sipp> {
  const { way, transport, folder, media, content } = stage;
  const contact = way.contact();
  const all: ForeignHabits = {
    ...{ aor: "sip:alice@a.example", to: BOB, isChallenged: way.hasCore },
    ...(contact === undefined ? {} : { uri: contact }),
    ...{ msrp: { local: media.local, path: media.path } },
    ...{ sizeOctets: content.length, hash: sha1Selector(content), ...habits },
  };
  return Sipp.start({
    ...{ name: scenario, folder, scenario: scenarioText(scenario, all), transport },
    ...{ local: loopbackPlace(), remote: remoteOf(way) },
    login: { user: "alice", password: "demo", proves: BOB.slice("sip:".length) },
  });
}

/** A foreign bob who is called, registered where there is a registrar. */
export async function foreignCallee(
  stage: Stage & { readonly place: HostPort },
  scenario: string,
  habits: Partial<ForeignHabits> = {},
): Promise<Sipp> {
  const { way, transport, folder, media, place } = stage;
  const all: ForeignHabits = {
    ...{ aor: BOB, isStream: transport === "tcp", ...habits },
    msrp: { local: media.local, path: media.path },
  };
  if (way.hasCore) {
    const registering = await Sipp.start({
      ...{ name: "register", folder, scenario: scenarioText("register", all) },
      ...{ transport: "udp", local: place, remote: way.core(1) },
      login: { user: "bob", password: "demo", proves: "b.example" },
    });
    const code = await registering.exit();
    if (code !== 0) throw new Error(`not registered:\n${await registering.story()}`);
  }
  return Sipp.start({
    ...{ name: scenario, folder, scenario: scenarioText(scenario, all), transport },
    local: place,
  });
}

/** Where a foreign client sends what it has to say. */
function remoteOf(way: ForeignWay): HostPort {
  const contact = way.contact();
  if (contact === undefined) return way.core(0);
  const place = parseHostPort(contact.replace(/^.*@/, ""));
  if (place === undefined) throw new Error(`not a place: ${contact}`);
  return place;
}
