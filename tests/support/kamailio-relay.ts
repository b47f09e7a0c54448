import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { MsrpUri } from "../../main/base/msrp-uri.ts";

const KAMAILIO = "/usr/sbin/kamailio";
const PORT = 2855;
const START_MS = 10_000;

/** Where Debian's packages put what the relay needs: kamailio, and its msrp module which is in it. */
export function hasKamailio(): boolean {
  return existsSync(KAMAILIO);
}

export interface KamailioRelay {
  readonly uri: MsrpUri;
  stop(): Promise<void>;
}

/** Kamailio as an MSRP relay (RFC 4976) on a loopback address of its own; every user has the same password. */
export async function kamailioRelay(realm: string, password: string): Promise<KamailioRelay> {
  const host = `127.${String(randomInt(100, 250))}.${String(randomInt(1, 250))}.7`;
  const folder = await mkdtemp(join(tmpdir(), "cpm-relay-"));
  const file = join(folder, "kamailio.cfg");
  await writeFile(file, config(host, realm, password));
  const child = spawn(KAMAILIO, ["-f", file, "-DD", "-E", "-Y", folder, "-m", "32", "-M", "4"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (piece: Buffer) => {
    said = (said + piece.toString("latin1")).slice(-4000);
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await isListening(host, child))) {
    await stop();
    throw new Error(`kamailio did not start:\n${said}`);
  }
  return {
    uri: { scheme: "msrp", host, port: PORT, transport: "tcp", parameters: [] },
    stop,
  };
}

function config(host: string, realm: string, password: string): string {
  return `
debug=1
log_stderror=yes
children=2
tcp_children=2
auto_aliases=no
disable_core_dump=yes
tcp_accept_no_cl=yes
tcp_connection_lifetime=600
tcp_rd_buf_size=65536
listen=tcp:${host}:${String(PORT)}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "auth.so"
loadmodule "cfgutils.so"
loadmodule "htable.so"
loadmodule "msrp.so"
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("htable", "htable", "places=>size=8;autoexpire=3600;")
request_route {
  sl_send_reply("403", "MSRP only");
  exit;
}
event_route[msrp:frame-in] {
  msrp_reply_flags("1");
  if (msrp_is_reply()) {
    msrp_relay();
  } else if ($msrp(method) == "AUTH") {
    if ($msrp(nexthops) > 0) {
      msrp_relay();
      exit;
    }
    if (!pv_www_authenticate("${realm}", "${password}", "0", "$msrp(method)")) {
      if (auth_get_www_authenticate("${realm}", "1", "$var(wauth)")) {
        msrp_reply("401", "Unauthorized", "$var(wauth)");
      } else {
        msrp_reply("500", "Server Error");
      }
      exit;
    }
    $var(count) = $var(count) + 1;
    $var(place) = "p" + $pp + "x" + $var(count) + "x" + $RANDOM;
    $sht(places=>$var(place)::address) = $msrp(srcaddr);
    $sht(places=>$var(place)::socket) = $msrp(srcsock);
    $var(headers) = "Use-Path: msrp://${host}:${String(PORT)}/" + $var(place) + ";tcp\\r\\nExpires: 1800\\r\\n";
    msrp_reply("200", "OK", "$var(headers)");
  } else if ($msrp(method) == "SEND" || $msrp(method) == "REPORT") {
    if ($msrp(nexthops) > 1) {
      if ($msrp(method) != "REPORT") msrp_reply("200", "OK");
      msrp_relay();
      exit;
    }
    $var(place) = $msrp(sessid);
    if ($sht(places=>$var(place)::address) == $null) {
      if ($msrp(method) != "REPORT") msrp_reply("481", "Session-does-not-exist");
      exit;
    }
    if ($msrp(method) != "REPORT") msrp_reply("200", "OK");
    if ($sht(places=>$var(place)::address) == $msrp(srcaddr)) {
      # Its owner sends to somebody without a relay.
      msrp_relay();
      exit;
    }
    msrp_relay_flags("1");
    msrp_set_dst("$sht(places=>$var(place)::address)", "$sht(places=>$var(place)::socket)");
    msrp_relay();
  } else {
    msrp_reply("501", "Request-method-not-understood");
  }
}
`;
}

async function isListening(host: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await canConnect(host)) return true;
    await sleep(50);
  }
  return false;
}

function canConnect(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: PORT });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}
