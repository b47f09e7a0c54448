import { createSocket } from "node:dgram";
import { lookup } from "node:dns";
import { createServer, isIP, isIPv6 } from "node:net";
import { bareHost, type HostPort } from "./host-port.ts";
import type {
  SocketError,
  Sockets,
  TcpConnection,
  TcpListener,
  UdpHandlers,
  UdpSocket,
} from "./ports.ts";
import { err, ok, type Result } from "./result.ts";
import { toSocketError } from "./socket-error.node.ts";
import { connectNodeTcp, NodeTcpConnection, TCP_BUFFER_OCTETS } from "./tcp.node.ts";
import { connectNodeTls, listenNodeTls } from "./tls.node.ts";

/** Room for a burst of datagrams while the program is busy; the system may grant less. */
const UDP_RECEIVE_OCTETS = 1_048_576;

/** The machine's sockets. IPv6 sockets speak IPv6 only, so that every address has one form. */
export function systemSockets(): Sockets {
  return {
    ...{ bindUdp, listenTcp, connectTcp: connectNodeTcp },
    ...{ listenTls: listenNodeTls, connectTls: connectNodeTls },
  };
}

function bindUdp(local: HostPort, handlers: UdpHandlers): Promise<Result<UdpSocket, SocketError>> {
  const host = bareHost(local.host);
  const isV6 = isIPv6(host);
  return new Promise((resolve) => {
    const socket = createSocket({
      type: isV6 ? "udp6" : "udp4",
      ipv6Only: isV6,
      recvBufferSize: UDP_RECEIVE_OCTETS,
      // Whoever sends has an address already: without this Node asks for it again with each datagram.
      lookup: (address, _options, done) => {
        const family = isIP(address);
        if (family === 0) lookup(address, { family: isV6 ? 6 : 4 }, done);
        else done(null, address, family);
      },
    });
    let isOpen = false;
    let isClosed = false;
    socket.on("error", (error) => {
      if (isOpen) {
        if (!isClosed) handlers.onError(toSocketError(error), undefined);
      } else {
        socket.close();
        resolve(err(toSocketError(error)));
      }
    });
    socket.on("message", (bytes, from) => {
      if (!isClosed) handlers.onMessage(bytes, { host: from.address, port: from.port });
    });
    socket.bind({ address: host, port: local.port, exclusive: true }, () => {
      isOpen = true;
      const address = socket.address();
      resolve(
        ok({
          local: { host: address.address, port: address.port },
          send: (bytes, to) => {
            if (isClosed) return;
            socket.send(bytes, to.port, to.host, (error) => {
              if (error !== null && !isClosed) handlers.onError(toSocketError(error), to);
            });
          },
          close: () => {
            if (isClosed) return;
            isClosed = true;
            socket.close();
          },
        }),
      );
    });
  });
}

function listenTcp(
  local: HostPort,
  onConnection: (connection: TcpConnection) => void,
): Promise<Result<TcpListener, SocketError>> {
  const host = bareHost(local.host);
  return new Promise((resolve) => {
    const server = createServer(
      {
        allowHalfOpen: true,
        pauseOnConnect: true,
        noDelay: true,
        highWaterMark: TCP_BUFFER_OCTETS,
      },
      (socket) => {
        const connection = NodeTcpConnection.of(socket);
        // The peer may be gone before its connection is taken from the queue.
        if (connection === undefined) socket.destroy();
        else onConnection(connection);
      },
    );
    let isListening = false;
    server.on("error", (error) => {
      // Once listening, errors of accepting (out of descriptors) end nothing: the next accept may succeed.
      if (!isListening) resolve(err(toSocketError(error)));
    });
    server.listen({ host, port: local.port, ipv6Only: isIPv6(host), exclusive: true }, () => {
      isListening = true;
      const address = server.address();
      if (address === null || typeof address === "string") {
        throw new Error("a TCP server has an address and a port");
      }
      resolve(
        ok({
          local: { host: address.address, port: address.port },
          close: () => {
            server.close();
          },
        }),
      );
    });
  });
}
