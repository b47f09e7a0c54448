/** For the user, when the history had to be begun anew from what could be read. */
export function rebuiltText(setAside: string): string {
  const name = setAside.split(/[/\\]/).at(-1) ?? setAside;
  return `The history was damaged and has been rebuilt. Your files are untouched; a few old entries may be missing. The damaged one was kept as ${name}.`;
}
