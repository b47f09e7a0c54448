import { beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../tests/support/fake-clock.ts";
import { MAX_LOG_LINE, MAX_LOG_LINES_A_S, PacedLog } from "./paced-log.ts";

let clock: FakeClock;
let lines: string[];
let log: PacedLog;

beforeEach(() => {
  clock = new FakeClock();
  lines = [];
  log = new PacedLog({ clock, threshold: "warn", sink: (line) => lines.push(line) });
});

function flood(count: number): void {
  for (let at = 0; at < count; at += 1) log.write("warn", `line ${String(at)}`);
}

describe("what is logged", () => {
  it("is what is grave enough, with its fields", () => {
    log.write("info", "not this");
    log.write("error", "this", { status: 503, isLast: true });
    expect(lines).toEqual(['error: this {"status":503,"isLast":true}']);
  });

  it("is at most 200 lines in a second, and how many were left out", () => {
    flood(MAX_LOG_LINES_A_S + 50);
    expect(lines).toHaveLength(MAX_LOG_LINES_A_S);
    expect(MAX_LOG_LINES_A_S).toBe(200);
    clock.advance(1000);
    expect(lines.slice(MAX_LOG_LINES_A_S)).toEqual(["warn: 50 more lines left out"]);
    log.write("warn", "as before");
    expect(lines.at(-1)).toBe("warn: as before");
  });

  it("never comes to more, however long it lasts", () => {
    for (let second = 0; second < 10; second += 1) {
      flood(1000);
      clock.advance(1000);
    }
    expect(lines.length).toBeLessThanOrEqual(10 * MAX_LOG_LINES_A_S + 1);
    const told = lines.map((line) => Number(/(\d+) more lines/.exec(line)?.[1] ?? "0"));
    const written = lines.filter((line) => line.startsWith("warn: line")).length;
    expect(told.reduce((sum, one) => sum + one, written)).toBe(10_000);
  });

  it("holds no timer where nothing was left out", () => {
    flood(MAX_LOG_LINES_A_S);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is cut where it is long", () => {
    log.write("warn", "x".repeat(2 * MAX_LOG_LINE));
    expect(lines[0]).toHaveLength(MAX_LOG_LINE);
  });

  it("is one line each, which no terminal obeys", () => {
    log.write("warn", "a\r\nerror: b\u001B[2J\u009B");
    expect(lines).toEqual([String.raw`warn: a\x0d\x0aerror: b\x1b[2J\x9b`]);
  });
});

describe("secrets in what is logged", () => {
  it.each(["password", "proxyAuthorization", "deviceSecret", "ha1"])(
    "are left out of the field %s",
    (name) => {
      log.write("error", "refused", { [name]: "xyzzy", status: 403 });
      expect(lines).toEqual([`error: refused {"${name}":"***","status":403}`]);
    },
  );

  it.each([
    ["a link to join with", "cpm:join?u=bob@b.example&p=xyzzy"],
    ["the proof of a password", 'response="6629fae49393a05397450978507c4ef1"'],
  ])("are left out of texts: %s", (_what, secret) => {
    log.write("error", `not taken: ${secret}`, { why: secret });
    expect(lines.join("")).not.toMatch(/xyzzy|6629/);
    expect(lines).toHaveLength(1);
  });
});
