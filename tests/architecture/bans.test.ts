import { describe, expect, it } from "vitest";
import { BANS, breaches, staleExceptions } from "./bans.ts";
import { sourceFiles } from "./source-files.ts";

const FILES = sourceFiles("{main,shared,renderer,host}/**/*.{ts,tsx}").filter(
  ({ path }) => !/\.(test|d)\.tsx?$/.test(path) && !path.startsWith("host/version/"),
);

const PLANTS: readonly (readonly [path: string, text: string])[] = [
  ["main/msrp/x.ts", 'socket.setEncoding("utf8");'],
  ["main/cpm/x.ts", "new RegExp(name);"],
  ["main/sip/x.ts", "const port = Number(text);"],
  ["main/sdp/x.ts", "const size = Number.parseInt(text, 10);"],
  ["main/network/x.ts", "const size = parseInt(text);"],
  ["main/storage/x.node.ts", "await handle.writev(pieces, at);"],
  ["main/storage/x.node.ts", "await handle.write(bytes, 0, length, at);"],
  ["main/app/x.ts", "void shell.openExternal(link);"],
  ["renderer/x.tsx", "const a = <p dangerouslySetInnerHTML={{ __html: name }} />;"],
  ["renderer/x.ts", "element.innerHTML = name;"],
  ["renderer/x.ts", "document.write(name);"],
  ["main/app/x.ts", "eval(text);"],
  ["main/app/x.ts", "new Function(text);"],
  ["main/app/x.ts", 'import { runInThisContext } from "node:vm";'],
  ["main/app/x.ts", "execSync(command + name);"],
  ["main/app/x.ts", 'spawn("ls", [name], { shell: true });'],
  ["main/base/x.node.ts", "connect({ host, rejectUnauthorized: false });"],
  ["main/base/x.node.ts", "connect({ checkServerIdentity: () => undefined });"],
];

describe("what no source may do", () => {
  it.each(PLANTS)("is seen in %s: %s", (path, text) => {
    expect(breaches([{ path, text }])).toHaveLength(1);
  });

  it("has a plant for each ban", () => {
    const planted = PLANTS.flatMap(([path, text]) => breaches([{ path, text }]));
    const missing = BANS.filter(({ what }) => !planted.some((breach) => breach.endsWith(what)));
    expect(missing).toEqual([]);
  });

  it("is left alone where it is right", () => {
    expect(
      breaches([
        { path: "main/base/tls.node.ts", text: "connect({ rejectUnauthorized: false });" },
        { path: "main/base/x.node.ts", text: "connect({ rejectUnauthorized: true });" },
        { path: "renderer/x.ts", text: "const a = Number(value); log.write(a);" },
      ]),
    ).toEqual([]);
  });

  it("is done by none", () => {
    expect(breaches(FILES)).toEqual([]);
    expect(FILES.length).toBeGreaterThan(400);
  });

  it("has no exception for a file that does not need it", () => {
    expect(staleExceptions(FILES)).toEqual([]);
  });
});
