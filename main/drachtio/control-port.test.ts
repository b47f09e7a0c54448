import { describe, expect, it } from "vitest";
import { authenticated, type EngineBed, LOCAL } from "../../tests/support/engine-bed.ts";
import type { TcpConnection } from "../base/ports.ts";
import { type ControlPort, openControlPort } from "./control-port.ts";
import { encodeFrame, FrameReader, MAX_FRAME_OCTETS } from "./frame.ts";

const HERE = "127.0.0.1";

/** A program of another process that has connected. */
interface Visitor {
  readonly connection: TcpConnection;
  readonly frames: string[];
  isClosed: boolean;
  readonly say: (payload: string) => void;
}

async function opened(): Promise<EngineBed & { port: ControlPort; visit: () => Promise<Visitor> }> {
  const made = await authenticated();
  const sockets = made.net.host(HERE);
  const listen = { host: HERE, port: 0 };
  const port = await openControlPort(
    made.hub,
    { ...made.ports, sockets },
    { listen, local: LOCAL },
  );
  if (!port.ok) throw new Error(port.error.message);
  const visit = async (): Promise<Visitor> => {
    const signal = new AbortController().signal;
    const connected = sockets.connectTcp(port.value.address, { signal, timeoutMs: 1000 });
    await made.clock.advanceAsync(10);
    const outcome = await connected;
    if (!outcome.ok) throw new Error(outcome.error.message);
    const reader = new FrameReader();
    const visitor: Visitor = {
      connection: outcome.value,
      frames: [],
      isClosed: false,
      say: (payload) => {
        outcome.value.write(encodeFrame(payload));
      },
    };
    outcome.value.start({
      onData: (bytes) => {
        const payloads = reader.push(bytes);
        if (payloads.ok) visitor.frames.push(...payloads.value);
      },
      onDrained: () => undefined,
      onEnd: () => {
        visitor.isClosed = true;
      },
      onClose: () => {
        visitor.isClosed = true;
      },
    });
    return visitor;
  };
  return { ...made, port: port.value, visit };
}

describe("drachtio wire protocol 3.4 the control port for other processes", () => {
  it("MUST NOT be open unless somebody opens it", async () => {
    const { net, clock } = await authenticated();
    const signal = new AbortController().signal;
    const outcomes = ["10.0.0.1", HERE].map((host) =>
      net.host(HERE).connectTcp({ host, port: 9022 }, { signal, timeoutMs: 1000 }),
    );
    await clock.advanceAsync(2000);
    expect((await Promise.all(outcomes)).map(({ ok }) => ok)).toEqual([false, false]);
  });

  it.each(["10.0.0.1", "0.0.0.0", "::"])("MUST NOT listen on %s", async (host) => {
    const { hub, ports, net } = await authenticated();
    const options = { listen: { host, port: 0 }, local: LOCAL };
    const port = await openControlPort(hub, { ...ports, sockets: net.host(HERE) }, options);
    expect(port).toMatchObject({ ok: false, error: { kind: "not-loopback" } });
  });

  it("MUST make a secret of at least 128 bits, another one each time", async () => {
    const [one, two] = [await opened(), await opened()];
    // 62 letters and digits: 22 of them are 131 bits.
    expect(one.port.secret).toMatch(/^[A-Za-z0-9]{22,}$/);
    const again = await openControlPort(
      one.hub,
      { ...one.ports, sockets: one.net.host(HERE) },
      { listen: { host: HERE, port: 0 }, local: LOCAL },
    );
    expect(again.ok && again.value.secret).not.toBe(one.port.secret);
    expect(two.port.secret.length).toBe(one.port.secret.length);
  });

  it("MUST serve a client that has the secret", async () => {
    const { port, visit, clock } = await opened();
    const visitor = await visit();
    visitor.say(`r1|authenticate|${port.secret}|`);
    visitor.say("r2|ping");
    await clock.advanceAsync(10_000);
    expect(visitor.frames.map((frame) => frame.split("|").slice(1, 4))).toEqual([
      ["response", "r1", "OK"],
      ["response", "r2", "OK"],
    ]);
    expect(visitor.isClosed).toBe(false);
  });

  it.each(["r|authenticate|wrong|", "r|authenticate||", "r|route|invite", "r|ping"])(
    "MUST send %s away before any verb is served",
    async (payload) => {
      const { visit, clock } = await opened();
      const visitor = await visit();
      visitor.say(payload);
      visitor.say("r2|ping");
      await clock.advanceAsync(100);
      expect(visitor.frames.map((frame) => frame.split("|")[3])).toEqual(["NOK"]);
      expect(visitor.isClosed).toBe(true);
    },
  );

  it("MUST end a connection that stays silent, sends nonsense, or a frame that is too long", async () => {
    const { port, visit, clock } = await opened();
    const silent = await visit();
    const nonsense = await visit();
    nonsense.connection.write(Buffer.from("GET / HTTP/1.1\r\n"));
    const long = await visit();
    long.say(`r1|authenticate|${port.secret}|`);
    long.connection.write(Buffer.from(`${String(MAX_FRAME_OCTETS + 1)}#`));
    await clock.advanceAsync(100);
    expect([silent.isClosed, nonsense.isClosed, long.isClosed]).toEqual([false, true, true]);
    await clock.advanceAsync(5000);
    expect(silent.isClosed).toBe(true);
  });

  it("MUST refuse the 33rd connection, and take one again when another has left", async () => {
    const { visit, clock } = await opened();
    const visitors: Visitor[] = [];
    for (let n = 0; n < 33; n += 1) visitors.push(await visit());
    await clock.advanceAsync(10);
    expect(visitors.filter(({ isClosed }) => isClosed).length).toBe(1);
    visitors[0]?.connection.end();
    await clock.advanceAsync(10);
    const later = await visit();
    await clock.advanceAsync(10);
    expect(later.isClosed).toBe(false);
  });

  it("MUST close with everybody on it", async () => {
    const { port, visit, clock } = await opened();
    const visitor = await visit();
    port.close();
    await clock.advanceAsync(10);
    expect(visitor.isClosed).toBe(true);
  });
});
