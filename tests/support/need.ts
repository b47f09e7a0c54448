/**
 * Whether a check can run here. What is missing is said loudly; where CI=true it fails instead, so that no check is
 * ever passed by not being run.
 */
export function need(isThere: boolean, what: string): boolean {
  if (isThere) return true;
  if (process.env["CI"] === "true") throw new Error(`missing: ${what}`);
  process.stderr.write(`NOT RUN: this check needs ${what}\n`);
  return false;
}
