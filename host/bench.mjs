/** `node host/bench.mjs [RUNS]`: what the host costs, with Playwright attached; the figures of README.md. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { _electron } from "@playwright/test";

const HERE = import.meta.dirname;
const APP = join(HERE, "..", "tests", "e2e", "contract-app");
const runs = Number(process.argv[2] ?? 10);
process.env.ELECTRON_OVERRIDE_DIST_PATH = HERE;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const show = (name, values, unit) => {
  const sorted = [...values].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)].map((value) => value.toFixed(1));
  process.stdout.write(`${name}: ${median(values).toFixed(1)} ${unit} (${first} to ${last})\n`);
};

const starts = [];
const ends = [];
for (let i = 0; i < runs; i++) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const from = performance.now();
  const app = await _electron.launch({ args: [APP, `--profile=${folder}`], colorScheme: null });
  const page = await app.firstWindow();
  await page.getByText("ready object").waitFor();
  starts.push(performance.now() - from);
  if (i === runs - 1) {
    const times = await page.evaluate(`(async () => {
      const times = { invoke: [], bridge: [], sync: [], mebibyte: [] };
      const timed = async (list, count, task) => {
        for (let i = 0; i < count; i++) { const t = performance.now(); await task(); list.push(performance.now() - t); }
      };
      await timed(times.invoke, 1000, () => api.invoke("echo", 1));
      const crossing = performance.now();
      for (let i = 0; i < 10000; i++) { api.add(1, 2); }
      times.bridge = [(performance.now() - crossing) / 10];
      await timed(times.sync, 50, () => api.ask(1));
      const octets = new Uint8Array(1 << 20);
      await timed(times.mebibyte, 10, () => api.invoke("echo", octets));
      const burst = performance.now();
      await Promise.all(Array.from({ length: 5000 }, () => api.invoke("echo", 1)));
      times.parallel = [5000 / (performance.now() - burst) * 1000];
      return times;
    })()`);
    show("invoke, one after the other", times.invoke, "ms");
    show("bridge call", times.bridge, "µs");
    show("sendSync", times.sync, "ms");
    show("1 MiB there and back", times.mebibyte, "ms");
    show("invoke, 5000 at once", times.parallel, "/s");
  }
  const until = performance.now();
  await app.close();
  ends.push(performance.now() - until);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
show("Playwright launch to rendered", starts, "ms");
show("close to ended", ends, "ms");
