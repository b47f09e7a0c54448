/**
 * The one program of the product: `--role=cli|network|pf|client` as first argument runs the command
 * line or one of its children. The parts are loaded lazily so that each role starts without the others.
 */

const ROLES = ["cli", "network", "pf", "client"] as const;
type Role = (typeof ROLES)[number];

const ROLE_OPTION = "--role=";

function roleOf(argument: string | undefined): Role | undefined {
  return ROLES.find((role) => argument === `${ROLE_OPTION}${role}`);
}

const [first, ...rest] = process.argv.slice(2);
const role = roleOf(first);
if (role === undefined) {
  process.stderr.write(`cpm: the first argument must be ${ROLE_OPTION}${ROLES.join("|")}\n`);
  process.exitCode = 2;
} else {
  const { runRole } = await import("./cli/main.node.ts");
  process.exitCode = await runRole(role, rest);
}
