/**
 * Stands in for `docker` in drachtio-srf's suite: `docker run … drachtio/sipp sipp …` becomes a sipp on this machine,
 * with an address of its own. SRF_BLOCK names the run's part of 127/8, SRF_SIPP the program.
 */
import { spawn } from "node:child_process";

const { SRF_BLOCK, SRF_SIPP, SRF_SCENARIOS, SRF_UAS } = process.env;
/** A call of the suite takes 33 s at most: nothing is ever left running. */
const LIMIT_S = "80";

const args = process.argv.slice(2);
const image = args.indexOf("drachtio/sipp");
if (image < 0 || args[image + 1] !== "sipp") {
  process.stderr.write(`docker stand-in: not a sipp: ${args.join(" ")}\n`);
  process.exit(2);
}
const isServer = args.slice(0, image).includes("--name");
const address = isServer ? SRF_UAS : `127.${SRF_BLOCK}.${100 + (process.pid % 150)}`;
const given = args
  .slice(image + 2)
  .map((arg) => arg.replace(/^\/tmp\/scenarios/, SRF_SCENARIOS))
  .map((arg) => (arg === "drachtio-sut" ? `127.${SRF_BLOCK}.10:5060` : arg));
const place = ["-i", address, "-mi", address, ...(isServer ? ["-p", "5060"] : [])];
const child = spawn(SRF_SIPP, [...given, ...place, "-timeout", LIMIT_S, "-timeout_error"], {
  stdio: ["ignore", "inherit", "inherit"],
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("error", (error) => {
  process.stderr.write(`docker stand-in: ${error.message}\n`);
  process.exitCode = 1;
});
child.once("exit", (code) => {
  process.exitCode = code ?? 1;
});
