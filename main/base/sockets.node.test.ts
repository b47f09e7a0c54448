import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import type { TcpConnection, TcpHandlers } from "./ports.ts";
import type { Result } from "./result.ts";
import { systemSockets } from "./sockets.node.ts";

const sockets = systemSockets();
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some((each) => each.address === "::1"),
);

function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function handlers(overrides: Partial<TcpHandlers>): TcpHandlers {
  return {
    onData: () => undefined,
    onDrained: () => undefined,
    onEnd: () => undefined,
    onClose: () => undefined,
    ...overrides,
  };
}

const options = () => ({ signal: new AbortController().signal, timeoutMs: 5000 });

describe("RFC 5118 both address families on this machine", () => {
  it("MUST have IPv6 loopback where everything has to be tested", () => {
    if (!hasIpv6) process.stderr.write("NO IPv6 HERE: half of the socket tests does not run\n");
    expect(hasIpv6 || process.env["CI"] !== "true").toBe(true);
  });
});

for (const host of hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
  describe(`RFC 3261 §18 real sockets on ${host}`, () => {
    it("MUST carry datagrams with their sender's address", async () => {
      const arrived = Promise.withResolvers<string>();
      const receiver = must(
        await sockets.bindUdp(
          { host, port: 0 },
          {
            onMessage: (bytes, from) => {
              arrived.resolve(`${bytes.toString("latin1")} ${from.host} ${String(from.port)}`);
            },
            onError: (error) => {
              arrived.reject(new Error(error.code));
            },
          },
        ),
      );
      const sender = must(
        await sockets.bindUdp(
          { host, port: 0 },
          { onMessage: () => undefined, onError: () => undefined },
        ),
      );
      sender.send(Buffer.from("hello"), receiver.local);
      expect(await arrived.promise).toBe(`hello ${host} ${String(sender.local.port)}`);
      sender.close();
      receiver.close();
    });

    it("MUST hand over what was written before it destroys a connection, in its order", async () => {
      let got = "";
      const ended = Promise.withResolvers<undefined>();
      const listener = must(
        await sockets.listenTcp({ host, port: 0 }, (connection) => {
          connection.start(
            handlers({
              onData: (bytes) => {
                got += bytes.toString("latin1");
              },
              onClose: () => {
                ended.resolve(undefined);
              },
              onEnd: () => {
                connection.end();
              },
            }),
          );
        }),
      );
      const client = must(await sockets.connectTcp(listener.local, options()));
      client.start(handlers({}));
      for (const text of ["a", "b", "c"]) {
        client.cork();
        client.write(Buffer.from(text));
        client.uncork();
      }
      client.destroy();
      await ended.promise;
      expect(got).toBe("abc");
      listener.close();
    });

    it("MUST carry a stream both ways, keep half of it open, and close both ends once", async () => {
      const closed: string[] = [];
      const bothClosed = Promise.withResolvers<undefined>();
      const close = (name: string) => (): void => {
        closed.push(name);
        if (closed.length === 2) bothClosed.resolve(undefined);
      };
      const listener = must(
        await sockets.listenTcp({ host, port: 0 }, (connection) => {
          let text = "";
          connection.start(
            handlers({
              onData: (bytes) => {
                text += bytes.toString("latin1");
              },
              // The other side has finished; ours is still open.
              onEnd: () => {
                connection.cork();
                connection.write(Buffer.from("echo "));
                connection.write(Buffer.from(text));
                connection.uncork();
                connection.end();
              },
              onClose: close("server"),
            }),
          );
        }),
      );
      const client = must(await sockets.connectTcp(listener.local, options()));
      expect(client.remote).toEqual(listener.local);
      let got = "";
      client.start(
        handlers({
          onData: (bytes) => {
            got += bytes.toString("latin1");
          },
          onClose: close("client"),
        }),
      );
      client.write(Buffer.from("hello"));
      client.end();
      await bothClosed.promise;
      expect(got).toBe("echo hello");
      expect(closed.toSorted()).toEqual(["client", "server"]);
      listener.close();
    });

    it("MUST stop the writer while the reader pauses, lose nothing, and say when it is drained", async () => {
      const accepted = Promise.withResolvers<TcpConnection>();
      const listener = must(await sockets.listenTcp({ host, port: 0 }, accepted.resolve));
      const client = must(await sockets.connectTcp(listener.local, options()));
      const server = await accepted.promise;
      const total = 32 * 1_048_576;
      let received = 0;
      const everything = Promise.withResolvers<undefined>();
      server.pause();
      server.start(
        handlers({
          onData: (bytes) => {
            received += bytes.length;
            if (received === total) everything.resolve(undefined);
          },
        }),
      );
      const drained = Promise.withResolvers<undefined>();
      client.start(
        handlers({
          onDrained: () => {
            drained.resolve(undefined);
          },
        }),
      );
      expect(client.write(Buffer.alloc(total))).toBe(false);
      expect(client.queuedOctets).toBeGreaterThan(0);
      expect(received).toBe(0);
      server.resume();
      await everything.promise;
      await drained.promise;
      expect(client.queuedOctets).toBe(0);
      client.destroy();
      server.destroy();
      listener.close();
    });

    it("MUST tell refusal, abortion and a taken port by the system's names", async () => {
      const listener = must(await sockets.listenTcp({ host, port: 0 }, () => undefined));
      const taken = await sockets.listenTcp(listener.local, () => undefined);
      expect(taken).toMatchObject({ ok: false, error: { code: "EADDRINUSE" } });
      const { local } = listener;
      listener.close();
      const refused = await sockets.connectTcp(local, options());
      expect(refused).toMatchObject({ ok: false, error: { code: "ECONNREFUSED" } });
      const aborted = await sockets.connectTcp(local, {
        signal: AbortSignal.abort(),
        timeoutMs: 5000,
      });
      expect(aborted).toMatchObject({ ok: false, error: { code: "ABORT_ERR" } });
    });

    it("MUST tell of a connection that ended before anybody started it", async () => {
      const accepted = Promise.withResolvers<TcpConnection>();
      const listener = must(await sockets.listenTcp({ host, port: 0 }, accepted.resolve));
      const client = must(await sockets.connectTcp(listener.local, options()));
      const gone = Promise.withResolvers<undefined>();
      client.start(
        handlers({
          onClose: () => {
            gone.resolve(undefined);
          },
        }),
      );
      const server = await accepted.promise;
      server.destroy();
      client.end();
      await gone.promise;
      const late = Promise.withResolvers<undefined>();
      server.start(
        handlers({
          onClose: () => {
            late.resolve(undefined);
          },
        }),
      );
      await late.promise;
      expect(client.write(Buffer.from("x"))).toBe(true);
      listener.close();
    });
  });
}
