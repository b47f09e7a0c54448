import fc from "fast-check";
import type { HostPort } from "../../../main/base/host-port.ts";
import type { UacInvite } from "../../../main/sip/ua/uac-invite.ts";
import { ALICE, BOB, type Side, UaPair } from "../../support/ua-pair.ts";
import { hold, holdEqual } from "../hold.ts";
import { mutated, octets } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

/** One step of a program: what a user does, what the wire does, or what a stranger sends. */
type Step =
  | { readonly do: "call" | "ring" | "answer" | "cancel" | "break" | "heal" }
  | { readonly do: "refuse"; readonly status: number }
  | { readonly do: "hang-up" | "reinvite" | "info"; readonly who: "alice" | "bob" }
  | { readonly do: "respond"; readonly who: "alice" | "bob"; readonly status: number }
  | { readonly do: "pass"; readonly ms: number }
  /** A message that was on the wire comes again, changed. */
  | {
      readonly do: "replay";
      readonly back: number;
      readonly cut: number;
      readonly noise: string;
      readonly isToAlice: boolean;
    };

const who = fc.constantFrom("alice" as const, "bob" as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("call", "call", "ring", "answer", "answer", "cancel", "break", "heal"),
  }),
  fc.record({
    do: fc.constant("refuse" as const),
    status: fc.constantFrom(302, 408, 486, 500, 603),
  }),
  fc.record({ do: fc.constantFrom("hang-up" as const, "reinvite" as const, "info" as const), who }),
  fc.record({
    do: fc.constant("respond" as const),
    who,
    status: fc.constantFrom(100, 180, 200, 488, 491, 481),
  }),
  fc.record({
    do: fc.constant("pass" as const),
    ms: fc.constantFrom(1, 10, 250, 600, 5000, 33_000),
  }),
  fc.record({
    do: fc.constant("replay" as const),
    back: fc.nat(12),
    cut: fc.nat(600),
    noise: mutated(["INVITE ", "BYE ", "CSeq: 1 INVITE\r\n", "SIP/2.0 200 OK\r\n", ";tag=x"]),
    isToAlice: fc.boolean(),
  }),
);

const SILENT = { onResponse: () => undefined, onFailure: () => undefined };

class Program {
  readonly #pair: UaPair;
  #call: UacInvite | undefined;
  #heals: (() => void)[] = [];

  constructor(pair: UaPair) {
    this.#pair = pair;
  }

  async run(one: Step): Promise<void> {
    const pair = this.#pair;
    if (one.do === "call") this.#call = pair.call([], Buffer.from("v=0 alice\r\n"));
    else if (one.do === "cancel") this.#call?.cancel([]);
    else if (one.do === "break") this.#heals.push(pair.net.partition(ALICE.host, BOB.host));
    else if (one.do === "heal") this.#heal();
    else if (one.do === "pass") await pair.pass(one.ms);
    else if (one.do === "replay") this.#replay(one);
    else this.#act(one);
    await pair.pass(1);
  }

  #act(one: Exclude<Step, { readonly do: "pass" | "replay" }>): void {
    const pair = this.#pair;
    if ("who" in one) {
      this.#within(pair[one.who], one);
      return;
    }
    if (pair.bob.invites.length === 0) return;
    if (one.do === "ring") pair.ringing.provisional({ status: 180 });
    if (one.do === "answer") pair.answer([], Buffer.from("v=0 bob\r\n"));
    if (one.do === "refuse") pair.ringing.refuse({ status: one.status });
  }

  #within(side: Side, one: Extract<Step, { readonly who: string }>): void {
    if (one.do === "respond") {
      side.requests.at(-1)?.respond({ status: one.status });
      return;
    }
    const { session } = side;
    if (session === undefined || session.isOver) return;
    if (one.do === "hang-up") session.hangUp("SIP;cause=200");
    if (one.do === "info") session.send({ method: "INFO", headers: [] }, SILENT);
    if (one.do !== "reinvite") return;
    session.reinvite(
      { headers: [] },
      {
        onResponse: (response) => {
          if (response.status < 300) session.acknowledge();
        },
        onFailure: () => undefined,
      },
    );
  }

  #replay(one: Extract<Step, { readonly do: "replay" }>): void {
    const { traffic } = this.#pair.net;
    const past = traffic.at(-1 - one.back)?.bytes.toString("latin1") ?? "";
    const bytes = octets(past.slice(0, one.cut) + one.noise + past.slice(one.cut + 3));
    const from: HostPort = { host: "10.0.0.66", port: 5060 };
    this.#pair.net.inject(from, one.isToAlice ? ALICE : BOB, bytes);
  }

  #heal(): void {
    for (const heal of this.#heals) heal();
    this.#heals = [];
  }

  /** Everybody gives up, and then time passes. */
  async end(): Promise<void> {
    this.#heal();
    const { alice, bob } = this.#pair;
    for (let round = 0; round < 3; round += 1) {
      this.#call?.cancel([]);
      for (const invite of bob.invites) invite.refuse({ status: 480 });
      for (const side of [alice, bob]) {
        for (const request of side.requests) request.respond({ status: 200 });
        side.session?.hangUp("SIP;cause=200");
      }
      await this.#pair.pass(120_000);
    }
    alice.ua.close();
    bob.ua.close();
    await this.#pair.pass(120_000);
  }
}

export const dialogs: FuzzTarget = fuzzTarget(
  { name: "dialogs", clause: "RFC 3261 §12 to §15", sliceRuns: 60 },
  fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, isLossy) => {
    const pair = await UaPair.open();
    if (isLossy) pair.net.disturb({ lossRate: 0.15, duplicateRate: 0.1, jitterMs: 30 });
    const program = new Program(pair);
    for (const one of steps) await program.run(one);
    await program.end();
    hold(pair.alice.session?.isOver !== false, "alice's dialog has ended");
    hold(pair.bob.session?.isOver !== false, "bob's dialog has ended");
    holdEqual(pair.clock.pendingTimers, 0, "no timer is left");
  }),
);
