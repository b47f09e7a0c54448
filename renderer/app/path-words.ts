/** The last two steps of a path, enough to know a folder by: `Downloads/CPM`. */
export function shortPath(path: string): string {
  const separator = path.includes("\\") ? "\\" : "/";
  const steps = path.split(/[\\/]+/).filter((step) => step !== "");
  return steps.slice(-2).join(separator);
}
