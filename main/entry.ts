/**
 * The one program of the product. `--role=cli|network|pf|client` as first argument runs the command line or one of its
 * children in this very executable; without a role the application opens its windows. The parts are loaded lazily so
 * that each starts without the others: the command line runs under plain Node, where there is no Electron.
 */

const ROLES = ["cli", "network", "pf", "client"] as const;
type Role = (typeof ROLES)[number];

const ROLE_OPTION = "--role=";

function roleOf(argument: string | undefined): Role | undefined {
  return ROLES.find((role) => argument === `${ROLE_OPTION}${role}`);
}

const { ownProgram } = await import("./compose/own-program.ts");
const isElectron = "electron" in process.versions;
const { args } = ownProgram(process.argv, { isElectron, isDefaultApp: "defaultApp" in process });
const [first, ...rest] = args;
const role = roleOf(first);
if (role !== undefined) {
  if (isElectron) (await import("./app/shell/background.ts")).runInBackground();
  const { runRole } = await import("./cli/main.node.ts");
  process.exitCode = await runRole(role, rest);
  // Electron stays, windows or not, until it is told to go; what was printed goes first.
  if (isElectron) process.stdout.write("", () => process.exit());
} else if (isElectron) {
  const { runApp } = await import("./app/shell/main.ts");
  runApp(args);
} else {
  process.stderr.write(`cpm: the first argument must be ${ROLE_OPTION}${ROLES.join("|")}\n`);
  process.exitCode = 2;
}
