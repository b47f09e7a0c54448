import { resolve } from "node:path";
import { parseLink } from "../../../shared/link/cpm-link.ts";
import { filePath } from "./uri-list.ts";

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a start of the application asks for. */
export interface StartOptions {
  /** A name, or a folder where it holds a path separator. */
  readonly profile?: string;
  /** Address of the account on the built-in network, for `--try`. */
  readonly as?: string;
  readonly device?: string;
  /** Two letters that tell this instance from others. */
  readonly code?: string;
  readonly colour?: string;
  /** Signs in to the built-in network without asking. */
  readonly isTrying: boolean;
  readonly isHidden: boolean;
  readonly bounds?: Rectangle;
  /** Absolute. */
  readonly paths: readonly string[];
  /** Address out of a `cpm:` link. */
  readonly to?: string;
  /** A `cpm:` link without an address. */
  readonly isNewOffer?: boolean;
  /** A `cpm:` link into somebody's network, as it came: the window asks before anything is done with it. */
  readonly joinLink?: string;
}

type Values = { -readonly [Name in ValueName]?: string };
type ValueName = "profile" | "as" | "device" | "code" | "colour" | "bounds";

const WITH_VALUE: readonly ValueName[] = ["profile", "as", "device", "code", "colour", "bounds"];
const MAX_VALUE = 4096;

/**
 * Reads the application's own arguments, without the executable and the program's path. Options that are not ours
 * belong to Chromium or to the system and are passed over.
 * @param cwd folder to which relative files belong
 */
export function parseStartOptions(args: readonly string[], cwd: string): StartOptions {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  const values: Values = {};
  const flags = new Set<string>();
  const rest: string[] = [];
  for (let i = 0; i < options.length; i += 1) {
    const arg = options[i] ?? "";
    const option = valueOption(arg);
    if (option !== undefined) {
      if (option.value === undefined) i += 1;
      putValue(values, option.name, option.value ?? options[i]);
    } else if (arg.startsWith("-")) flags.add(arg);
    else rest.push(arg);
  }
  if (end !== -1) rest.push(...args.slice(end + 1));
  return optionsOf(values, flags, targetsOf(rest, cwd));
}

function putValue(values: Values, name: ValueName, value: string | undefined): void {
  if (value !== undefined && value !== "" && value.length <= MAX_VALUE) values[name] = value;
}

function optionsOf(
  { bounds, ...values }: Values,
  flags: ReadonlySet<string>,
  targets: Targets,
): StartOptions {
  const place = bounds === undefined ? undefined : parseBounds(bounds);
  return {
    ...values,
    isTrying: flags.has("--try"),
    isHidden: flags.has("--hidden"),
    ...(place === undefined ? {} : { bounds: place }),
    ...targets,
  };
}

function valueOption(arg: string): { name: ValueName; value?: string } | undefined {
  for (const name of WITH_VALUE) {
    if (arg === `--${name}`) return { name };
    if (arg.startsWith(`--${name}=`)) return { name, value: arg.slice(name.length + 3) };
  }
  return undefined;
}

type Targets = Pick<StartOptions, "paths" | LinkTarget>;
type LinkTarget = "to" | "isNewOffer" | "joinLink";

/** The last link counts; everything else is a file. */
function targetsOf(rest: readonly string[], cwd: string): Targets {
  const paths: string[] = [];
  let target: Pick<StartOptions, LinkTarget> = {};
  for (const arg of rest.filter((each) => each !== "")) {
    if (/^cpm:/i.test(arg)) target = { ...target, ...linkTarget(arg) };
    else {
      const path = localPath(arg);
      if (path !== undefined) paths.push(resolve(cwd, path));
    }
  }
  return { paths, ...target };
}

/** What a link of the system or of the command line asks the window to show; nothing where it is void. */
export function linkTarget(text: string): Pick<StartOptions, LinkTarget> {
  const link = parseLink(text);
  switch (link.kind) {
    case "offer":
      return { to: link.to };
    case "newOffer":
      return { isNewOffer: true };
    case "join":
      return { joinLink: text };
    case "void":
      return {};
  }
}

/** Desktops hand over `file:` URLs; other schemes name nothing that can be sent. */
function localPath(arg: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(arg)) return arg;
  return filePath(arg);
}

/** @param text `X,Y,W,H` in whole device-independent pixels */
function parseBounds(text: string): Rectangle | undefined {
  const parts = text.split(",");
  if (parts.length !== 4 || !parts.every((part) => /^-?\d{1,6}$/.test(part))) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = parts.map(Number);
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}
