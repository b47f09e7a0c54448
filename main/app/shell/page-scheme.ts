import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { protocol } from "electron";
import { PAGE_HOST, PAGE_SCHEME } from "../../../shared/ipc/channels.ts";
import type { Log } from "../../base/ports.ts";
import type { AppEngine, EngineResource } from "../ports.ts";
import { type PageFiles, resourceHeaders } from "./page-files.ts";

export const PAGE_ORIGIN = `${PAGE_SCHEME}://${PAGE_HOST}`;

/** Pictures of offers and of files that were picked. */
const RESOURCE = /^\/(?:icon|picked)\//;

/** Before the application is ready. */
export function declarePageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
    },
  ]);
}

/** Serves the windows' pages. Nothing of a URL becomes part of a path. */
export function servePages(files: PageFiles, engine: Promise<AppEngine>, log: Log): void {
  protocol.handle(PAGE_SCHEME, async (request) => {
    try {
      return await answer(request, files, engine);
    } catch (error) {
      log.write("warn", "page not served", { url: request.url, why: String(error) });
      return plain(500);
    }
  });
}

async function answer(
  request: Request,
  files: PageFiles,
  engine: Promise<AppEngine>,
): Promise<Response> {
  const url = new URL(request.url);
  if (url.host !== PAGE_HOST) return plain(404);
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405);
  if (RESOURCE.test(url.pathname)) {
    const resource = await (await engine).resource(url.pathname);
    return resource === undefined ? plain(404) : resourceResponse(resource);
  }
  if (url.pathname === "/index.html") files.refresh();
  const file = files.find(url.pathname);
  if (file === undefined) return plain(404);
  return new Response(new Uint8Array(await readFile(file.path)), { headers: file.headers });
}

function resourceResponse(resource: EngineResource): Response {
  const headers = resourceHeaders(resource.type);
  if (resource.kind === "octets") return new Response(new Uint8Array(resource.bytes), { headers });
  // Checked border: Node's web streams and the global ones are the same, their types are not.
  const body = Readable.toWeb(createReadStream(resource.path)) as ReadableStream<Uint8Array>;
  return new Response(body, { headers });
}

function plain(status: number): Response {
  return new Response(null, { status, headers: resourceHeaders("text/plain") });
}
