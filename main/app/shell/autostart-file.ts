/**
 * An entry of `~/.config/autostart` (Desktop Entry Specification 1.5).
 * @param command executable and arguments
 */
export function autostartEntry(name: string, comment: string, command: readonly string[]): string {
  return [
    ...["[Desktop Entry]", "Type=Application", "Version=1.5"],
    `Name=${oneLine(name)}`,
    `Comment=${oneLine(comment)}`,
    `Exec=${command.map(execArgument).join(" ")}`,
    ...["Terminal=false", "X-GNOME-Autostart-enabled=true", ""],
  ].join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll("\\", "\\\\").replace(/[\r\n\t]+/g, " ");
}

/** Quoted as the key Exec wants it, then escaped as every value of the file; `%` begins a field code. */
function execArgument(argument: string): string {
  const quoted = `"${argument.replace(/["`$\\]/g, "\\$&")}"`;
  return quoted
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%")
    .replace(/[\r\n]/g, " ");
}
