import { createReadStream, createWriteStream } from "node:fs";
import { createServer, connect as netConnect, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** The yardstick: what a plain Node program does with streams of 64 KiB. */
export const RAW_READ_OCTETS = 65_536;

export async function rawSend(path: string, port: number): Promise<void> {
  const socket = await connect(port);
  await pipeline(createReadStream(path, { highWaterMark: RAW_READ_OCTETS }), socket);
  await closed(socket);
}

export async function rawReceive(server: Server, folder: string): Promise<void> {
  const socket = await nextConnection(server);
  await pipeline(socket, createWriteStream(join(folder, "received.bin")));
  socket.destroy();
}

export async function rawRelay(server: Server, nextPort: number): Promise<void> {
  const from = await nextConnection(server);
  const to = await connect(nextPort);
  await pipeline(from, to);
  // The end goes back as the octets came.
  await closed(to);
  from.destroy();
}

export function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, highWaterMark: RAW_READ_OCTETS });
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

function nextConnection(server: Server): Promise<Socket> {
  return new Promise((resolve) => {
    server.once("connection", resolve);
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
