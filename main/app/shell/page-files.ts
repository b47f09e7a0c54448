import { readdirSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wav": "audio/wav",
  ".ogg": "audio/ogg",
  ".mp3": "audio/mpeg",
};

/** Pictures that a page may show; anything else would be octets of strangers with a type of their choice. */
const PICTURES: ReadonlySet<string> = new Set([
  ...["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"],
]);

/** Nothing but the application's own files: no inline code, no eval, no other server, no frames, no forms. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

/** A picture that is opened as a page can do nothing. */
const RESOURCE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

const COMMON_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
} as const;

export interface PageFile {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The files of the windows' bundle by the path of their URL. A path is looked up and never put together, so none leads
 * out of the folder.
 */
export class PageFiles {
  readonly #root: string;
  #files = new Map<string, PageFile>();

  constructor(root: string) {
    this.#root = root;
    this.refresh();
  }

  /** Reads the folder anew: a build while the program runs brings files with other names. */
  refresh(): void {
    this.#files = new Map(
      filesBelow(this.#root).map((path) => {
        const name = relative(this.#root, path).split(sep).join("/");
        return [`/${name}`, { path, headers: pageHeaders(extname(name)) }];
      }),
    );
  }

  find(urlPath: string): PageFile | undefined {
    return this.#files.get(urlPath === "/" ? "/index.html" : urlPath);
  }
}

/** Step by step: an archive of the packed application knows no recursive listing. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

function pageHeaders(extension: string): Readonly<Record<string, string>> {
  return {
    ...COMMON_HEADERS,
    "Content-Type": TYPES[extension] ?? "application/octet-stream",
    "Content-Security-Policy": PAGE_POLICY,
  };
}

/** For a picture that came with an offer or lies on the user's disk. */
export function resourceHeaders(type: string): Readonly<Record<string, string>> {
  return {
    ...COMMON_HEADERS,
    "Content-Type": PICTURES.has(type) ? type : "application/octet-stream",
    "Content-Security-Policy": RESOURCE_POLICY,
  };
}
