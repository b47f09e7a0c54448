import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { FakeResolver } from "../../../tests/support/fake-resolver.ts";
import type { Log, Resolver } from "../../base/ports.ts";
import { parseSipUri } from "../grammar/uri.ts";
import { KnownPlaces } from "./known-places.ts";

/** A name server that says what it is told to. */
class ChangingResolver extends FakeResolver {
  answer: readonly string[] | Error = [];

  override addresses(host: string): Promise<readonly string[]> {
    if (host !== "core.example") return super.addresses(host);
    const { answer } = this;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

function watch(resolver: Resolver) {
  const uri = parseSipUri("sip:core.example:5070");
  if (!uri.ok) throw new Error(uri.error.what);
  const clock = new FakeClock();
  const warnings: string[] = [];
  const log: Log = { write: (_level, message) => warnings.push(message) };
  return { clock, warnings, known: new KnownPlaces(uri.value, 5060, { resolver, clock, log }) };
}

describe("RFC 3263 §4: a peer that is configured by its name", () => {
  it("MUST be found within seconds when its name server starts later", async () => {
    const resolver = new ChangingResolver();
    resolver.answer = new Error("no name server");
    const { clock, warnings, known } = watch(resolver);
    await clock.advanceAsync(20_000);
    expect([known.places, warnings.length]).toEqual([[], 1]);
    resolver.answer = ["192.0.2.1"];
    await clock.advanceAsync(5_000);
    expect(known.places).toEqual([{ host: "192.0.2.1", port: 5070 }]);
    known.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it("MUST be followed to another address within a minute, and the old one forgotten", async () => {
    const resolver = new ChangingResolver();
    resolver.answer = ["192.0.2.1"];
    const { clock, known } = watch(resolver);
    await clock.advanceAsync(1_000);
    resolver.answer = ["192.0.2.2", "192.0.2.3"];
    await clock.advanceAsync(60_000);
    expect(known.places.map(({ host }) => host)).toEqual(["192.0.2.2", "192.0.2.3"]);
    known.stop();
  });

  it("MUST keep what is known while its name cannot be looked up", async () => {
    const resolver = new ChangingResolver();
    resolver.answer = ["192.0.2.1"];
    const { clock, warnings, known } = watch(resolver);
    await clock.advanceAsync(1_000);
    for (const answer of [new Error("no answer"), []]) {
      resolver.answer = answer;
      await clock.advanceAsync(70_000);
    }
    expect(known.places.map(({ host }) => host)).toEqual(["192.0.2.1"]);
    expect(warnings).toHaveLength(1);
    known.stop();
  });

  it("MUST not be looked up where it is an address", () => {
    const uri = parseSipUri("sip:[2001:db8::7]");
    if (!uri.ok) throw new Error(uri.error.what);
    const clock = new FakeClock();
    const log: Log = { write: () => undefined };
    const known = new KnownPlaces(uri.value, 5061, { resolver: new FakeResolver(), clock, log });
    expect(known.places).toEqual([{ host: "2001:db8::7", port: 5061 }]);
    expect(clock.pendingTimers).toBe(0);
  });
});
