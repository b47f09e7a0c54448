/**
 * Loaded into a process of the program with `node --import`. It knows the places where a process may die, counts how often
 * each is passed, and ends the process at one of them as SIGKILL does. The program itself knows nothing of it.
 *
 *   CPM_FAULT_POINT  {"when":"before"|"after","place":"link","nth":1}; without it nothing is killed
 *   CPM_FAULT_LOG    gets one JSON line at the end of the process: octets stored and sent, and whether it was killed here
 *   CPM_FAULT_MSRP   ports of the Participating Functions for files, so that their connections can be told apart
 *   CPM_FAULT_PLACES gets a line each time a place is passed: for those who look for places
 */
import dgram from "node:dgram";
import { appendFileSync, constants } from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { isMainThread } from "node:worker_threads";

const POINT = JSON.parse(process.env.CPM_FAULT_POINT ?? "null");
const LOG = process.env.CPM_FAULT_LOG;
const MSRP_PORTS = new Set((process.env.CPM_FAULT_MSRP ?? "").split(",").map(Number));
const PLACES = process.env.CPM_FAULT_PLACES;

let seen = 0;
let storedOctets = 0;
let sentOctets = 0;

function log(isKilled) {
  const line = { isKilled, storedOctets, sentOctets };
  if (LOG !== undefined) appendFileSync(LOG, `${JSON.stringify(line)}\n`);
}

/** This process passes a place. */
function pass(when, place) {
  if (PLACES !== undefined)
    appendFileSync(PLACES, `${process.pid} ${process.argv[2]} ${when} ${place}\n`);
  if (POINT === null || POINT.place !== place || POINT.when !== when) return;
  seen += 1;
  if (seen !== POINT.nth) return;
  log(true);
  process.kill(process.pid, "SIGKILL");
}

function passing(place, run) {
  pass("before", place);
  const result = run();
  return result.then((value) => {
    pass("after", place);
    return value;
  });
}

const MSRP = Buffer.from("MSRP ");
const SIP_START = /(?:^|\r\n)(?:SIP\/2\.0 (\d{3}) |([A-Z]+) (?:sips?|tel):\S+ SIP\/2\.0\r\n)/g;

/** Which messages begin in these octets: `INVITE`, `200 INVITE`, `SEND`, `200 SEND`, `REPORT`. */
function messagesIn(bytes) {
  if (!Buffer.isBuffer(bytes)) return [];
  const first = bytes[0] ?? 0;
  const mayBeSip = bytes.length < 65_536 && first >= 0x41 && first <= 0x5a;
  return [...msrpIn(bytes), ...(mayBeSip ? sipIn(bytes.toString("latin1")) : [])];
}

function sipIn(text) {
  return [...text.matchAll(SIP_START)].map((match) => {
    const method = /\r\nCSeq:\s*\d+\s+(\w+)/i.exec(text.slice(match.index))?.[1] ?? "";
    return match[1] === undefined ? match[2] : `${match[1]} ${method}`;
  });
}

function msrpIn(bytes) {
  const found = [];
  for (let at = bytes.indexOf(MSRP); at >= 0; at = bytes.indexOf(MSRP, at + 5)) {
    const line = bytes.subarray(at, at + 80).toString("latin1");
    const match = /^MSRP \S{4,40} (SEND|REPORT|\d{3})(?=[ \r])/.exec(line);
    if (match !== null) found.push(/^\d/.test(match[1]) ? `${match[1]} SEND` : match[1]);
  }
  return found;
}

function watchNetwork() {
  const { write, connect, emit } = net.Socket.prototype;
  const withFiles = new WeakSet();
  const isForFiles = (socket, [first]) =>
    MSRP_PORTS.has(Number(first?.port ?? first?.[0]?.port ?? socket.remotePort));
  net.Socket.prototype.write = function (bytes, ...rest) {
    const messages = messagesIn(bytes);
    if (messages.includes("SEND")) withFiles.add(this);
    if (withFiles.has(this)) sentOctets += bytes.length;
    if (messages.length === 0 || rest.length > 0) return write.call(this, bytes, ...rest);
    for (const message of messages) pass("before", `out ${message}`);
    return write.call(this, bytes, () => {
      for (const message of messages) pass("after", `out ${message}`);
    });
  };
  net.Socket.prototype.connect = function (...args) {
    const place = isForFiles(this, args) ? "connect msrp" : "connect sip";
    pass("before", place);
    this.once("connect", () => pass("after", place));
    return connect.apply(this, args);
  };
  net.Socket.prototype.emit = function (event, ...args) {
    const messages = event === "data" ? messagesIn(args[0]) : [];
    for (const message of messages) pass("before", `in ${message}`);
    const result = emit.call(this, event, ...args);
    for (const message of messages) pass("after", `in ${message}`);
    return result;
  };
  watchDatagrams();
}

function watchDatagrams() {
  const { send, emit } = dgram.Socket.prototype;
  dgram.Socket.prototype.send = function (bytes, port, host, done) {
    const messages = messagesIn(bytes);
    for (const message of messages) pass("before", `out ${message}`);
    return send.call(this, bytes, port, host, (...args) => {
      for (const message of messages) pass("after", `out ${message}`);
      done?.(...args);
    });
  };
  dgram.Socket.prototype.emit = function (event, ...args) {
    const messages = event === "message" ? messagesIn(args[0]) : [];
    for (const message of messages) pass("before", `in ${message}`);
    const result = emit.call(this, event, ...args);
    for (const message of messages) pass("after", `in ${message}`);
    return result;
  };
}

const kinds = new WeakMap();

function kindOf(path) {
  const text = String(path);
  if (text.endsWith(".part")) return "part";
  return text.includes("parts.journal") ? "journal" : "other";
}

async function watchFiles() {
  const { open, link, unlink, rename } = fsPromises;
  const probe = await open("/dev/null", "r");
  const handles = Object.getPrototypeOf(probe);
  await probe.close();
  fsPromises.open = async (path, flags, mode) => {
    const isNew = typeof flags === "number" && (flags & constants.O_EXCL) !== 0;
    const run = () => open(path, flags, mode);
    const handle = await (isNew ? passing(`create ${kindOf(path)}`, run) : run());
    kinds.set(handle, kindOf(path));
    return handle;
  };
  fsPromises.link = (...args) => passing("link", () => link(...args));
  fsPromises.unlink = (path) => passing(`unlink ${kindOf(path)}`, () => unlink(path));
  fsPromises.rename = (from, to) => passing(`rename ${kindOf(to)}`, () => rename(from, to));
  for (const [method, verb] of Object.entries({
    ...{ writev: "write", write: "write", appendFile: "write", read: "read" },
    ...{ datasync: "datasync", sync: "sync", chmod: "chmod" },
  })) {
    const original = handles[method];
    handles[method] = function (...args) {
      const kind = kinds.get(this) ?? "other";
      return passing(`${verb} ${kind}`, () => original.apply(this, args)).then((result) => {
        if (verb === "write" && kind === "part") storedOctets += result.bytesWritten;
        return result;
      });
    };
  }
  syncBuiltinESMExports();
}

async function watchHistory() {
  const { StatementSync } = await import("node:sqlite");
  const { run } = StatementSync.prototype;
  StatementSync.prototype.run = function (...args) {
    pass("before", "history");
    const result = run.apply(this, args);
    pass("after", "history");
    return result;
  };
}

if (isMainThread) {
  watchNetwork();
  await watchFiles();
  await watchHistory();
  process.on("exit", () => log(false));
}
