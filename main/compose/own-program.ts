/** A command line as the program sees it. */
export interface OwnProgram {
  /** What another start of it needs after the executable: the script, or the folder of a checkout. */
  readonly program: readonly string[];
  readonly args: readonly string[];
}

/** Options of Electron's executable that take the next argument with them. */
const WITH_VALUE: ReadonlySet<string> = new Set(["-r", "--require"]);

/** Without these Chromium does not start as root, or where there is no display, and then no child does either. */
const KEPT: ReadonlySet<string> = new Set([
  "--no-sandbox",
  "--ozone-platform=headless",
  "--disable-gpu",
]);

/**
 * Where our own arguments begin. An executable of our own has nothing before them but what Chromium needs to start; Node
 * has the script; Electron without an application of its own has its options and then the path, which is the first
 * argument without a dash.
 * @param argv as `process.argv`
 */
export function ownProgram(
  argv: readonly string[],
  { isElectron, isDefaultApp }: { readonly isElectron: boolean; readonly isDefaultApp: boolean },
): OwnProgram {
  const rest = argv.slice(1);
  if (!isElectron) return { program: rest.slice(0, 1), args: rest.slice(1) };
  let i = 0;
  if (!isDefaultApp) {
    while (KEPT.has(rest[i] ?? "")) i += 1;
    return { program: rest.slice(0, i), args: rest.slice(i) };
  }
  while (i < rest.length && rest[i]?.startsWith("-") === true)
    i += WITH_VALUE.has(rest[i] ?? "") ? 2 : 1;
  const switches = rest.slice(0, i).filter((option) => KEPT.has(option));
  return { program: [...switches, ...rest.slice(i, i + 1)], args: rest.slice(i + 1) };
}
