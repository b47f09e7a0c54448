import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "./paths.mjs";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Whether a signal that reached us has already reached our child: the terminal sends Ctrl-C to the whole
 * group, and a second SIGINT would mean "end at once" to the command line.
 */
function hasChildSeen(signal) {
  return signal === "SIGINT" && process.stdin.isTTY === true;
}

/**
 * Runs a program with our standard streams and passes signals on.
 * @returns its exit code and, when a signal ended it, that signal
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", ...options });
    const handlers = FORWARDED.map((signal) => {
      const handler = () => {
        if (!hasChildSeen(signal)) child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    const done = () => {
      for (const undo of handlers) undo();
    };
    child.once("error", (error) => {
      done();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      done();
      resolve({ code: code ?? 1, signal });
    });
  });
}

/**
 * Runs a program and keeps what it prints.
 * @returns exit code and both streams, in the order they came
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    });
    const pieces = [];
    child.stdout.on("data", (piece) => pieces.push(piece));
    child.stderr.on("data", (piece) => pieces.push(piece));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code: code ?? 1, output: Buffer.concat(pieces).toString("utf8") });
    });
  });
}

/** Whether a program of this name can be called; also those that only root has on its PATH. */
export function isOnPath(program) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

/** Ends this process the way its child ended, so that a shell sees the same. */
export function endLike({ code, signal }) {
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal);
}
