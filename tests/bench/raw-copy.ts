import { createReadStream, createWriteStream } from "node:fs";
import { createServer, connect as netConnect, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createServer as createTlsServer, connect as tlsConnect } from "node:tls";
import type { TlsIdentity } from "../../main/base/ports.ts";

/** The yardstick: what a plain Node program does with streams of 64 KiB. */
export const RAW_READ_OCTETS = 65_536;

/** @param identity of the receiver, over TLS */
export async function rawSend(path: string, port: number, identity?: TlsIdentity): Promise<void> {
  const socket = await (identity === undefined ? connect(port) : connectTls(port, identity));
  await pipeline(createReadStream(path, { highWaterMark: RAW_READ_OCTETS }), socket);
  await closed(socket);
}

export async function rawReceive(
  server: Server,
  folder: string,
  event: "connection" | "secureConnection",
): Promise<void> {
  const socket = await nextConnection(server, event);
  await pipeline(socket, createWriteStream(join(folder, "received.bin")));
  socket.destroy();
}

export async function rawRelay(server: Server, nextPort: number): Promise<void> {
  const from = await nextConnection(server, "connection");
  const to = await connect(nextPort);
  await pipeline(from, to);
  // The end goes back as the octets came.
  await closed(to);
  from.destroy();
}

export function listen(identity?: TlsIdentity): Promise<Server> {
  return new Promise((resolve, reject) => {
    const options = { allowHalfOpen: true, highWaterMark: RAW_READ_OCTETS };
    const server =
      identity === undefined
        ? createServer(options)
        : createTlsServer({
            ...options,
            ...{ key: identity.privateKeyPem, cert: identity.certificatePem },
          });
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function nextConnection(server: Server, event: "connection" | "secureConnection"): Promise<Socket> {
  return new Promise((resolve) => {
    server.once(event, resolve);
  });
}

function connectTls(port: number, { certificatePem }: TlsIdentity): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // The stream option passes through to Duplex; @types/node does not list it.
    const streamOptions: Record<string, unknown> = { allowHalfOpen: true };
    const socket = tlsConnect({ ...streamOptions, port, host: "127.0.0.1", ca: certificatePem });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket);
    });
  });
}

function connect(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = netConnect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      resolve(socket);
    });
  });
}

/** The sender's work ends when the receiver has everything. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.resume();
    socket.once("close", () => {
      resolve();
    });
  });
}
