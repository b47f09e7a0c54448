import type { OfferId } from "../../shared/model/offer.ts";
import { onEveryEvent } from "../compose/client-events.ts";
import type { JsonObject } from "../compose/json-lines.node.ts";
import { type ClientSetup, openClient } from "../compose/open-client.node.ts";
import { profileName } from "../compose/profile.node.ts";
import type { CpmClient, RestRule } from "../cpm/client.ts";
import { type AcceptRule, acceptedBy } from "./accept-rule.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { eventLine } from "./output.node.ts";
import { ParentLink } from "./parent-link.node.ts";

/** What a parent tells a device; the first line is the setup. */
export type ClientOrder =
  | { readonly do: "offer"; readonly to: string; readonly paths: readonly string[] }
  | {
      readonly do: "accept";
      readonly id: OfferId;
      readonly files: readonly number[];
      /** Answers offers that go on with this one. */
      readonly rule?: AcceptRule;
    }
  | { readonly do: "decline"; readonly id: OfferId; readonly where: "here" | "everywhere" }
  | { readonly do: "cancel"; readonly id: OfferId };

/** `--role=client`: one device as a child process, without rules of its own. Its events are those of `cpm client --json`. */
export async function runClientChild(): Promise<ExitCode> {
  const link = new ParentLink();
  const first = await link.next();
  if (first === undefined) return EXIT.done;
  // Checked border: the writer is `ClientChild` of the same build.
  const setup = first["setup"] as ClientSetup;
  const profile = profileName(setup.profileFolder);
  const open = await openClient(setup);
  onEveryEvent(open.client.events, ({ event, ...fields }) => {
    process.stdout.write(`${eventLine(event, fields, profile)}\n`);
  });
  const started = await open.client.start();
  link.send(started.ok ? "started" : "notStarted", started.ok ? {} : { ...started.error });
  for (;;) {
    const order = await link.next();
    if (order === undefined) break;
    await obey(open.client, order, link);
  }
  await open.close();
  return EXIT.done;
}

function ruleOf(rule: AcceptRule): RestRule {
  return (files) => acceptedBy(rule, files);
}

async function obey(client: CpmClient, message: JsonObject, link: ParentLink): Promise<void> {
  // Checked border: as above.
  const order = message as unknown as ClientOrder;
  switch (order.do) {
    case "offer": {
      const offered = await client.offer({ to: order.to, paths: order.paths });
      if (!offered.ok) link.send("notOffered", { ...offered.error });
      return;
    }
    case "accept": {
      const { id, files, rule } = order;
      const rest = rule === undefined ? {} : { rest: ruleOf(rule) };
      client.accept(id, files, rest);
      return;
    }
    case "decline":
      client.decline(order.id, order.where);
      return;
    case "cancel":
      client.cancel(order.id);
  }
}
