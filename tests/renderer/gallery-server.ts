import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build } from "vite";
import { PAGE_POLICY } from "../../main/app/shell/page-files.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wav": "audio/wav",
};

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#9cc7e8"/><circle cx="46" cy="18" r="7" fill="#ffe08a"/><path d="M0 52 20 28l14 16 10-12 20 22v10H0z" fill="#3f7a5a"/></svg>`;

export interface Gallery {
  /** Address of the page; a scenario is chosen by its query. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Builds the gallery as the windows are built and serves it on a port of the system's choice. */
export async function serveGallery(): Promise<Gallery> {
  const folder = await mkdtemp(join(tmpdir(), "cpm-gallery-"));
  await build({
    configFile: false,
    logLevel: "warn",
    root: HERE,
    base: "./",
    plugins: [react()],
    build: {
      target: "chrome120",
      outDir: folder,
      emptyOutDir: true,
      modulePreload: false,
      assetsInlineLimit: 0,
      minify: false,
      chunkSizeWarningLimit: 5000,
      rolldownOptions: { input: join(HERE, "gallery.html") },
    },
  });
  const server = createServer((request, response) => {
    void answer(folder, request.url ?? "/", response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${String(address.port)}/gallery.html`,
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answer(folder: string, url: string, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(url, "http://gallery.invalid");
  if (pathname.startsWith("/icon/")) {
    send(response, "image/svg+xml", PICTURE);
    return;
  }
  if (pathname === "/favicon.ico") {
    response.writeHead(204).end();
    return;
  }
  const path = join(folder, normalize(pathname));
  try {
    send(response, TYPES[extname(path)] ?? "application/octet-stream", await readFile(path));
  } catch {
    response.writeHead(404).end();
  }
}

function send(response: ServerResponse, type: string, body: string | Uint8Array): void {
  response
    .writeHead(200, { "content-type": type, "content-security-policy": PAGE_POLICY })
    .end(body);
}
