/** The hidden name of a part, in the folder where the file will lie. */
export function partName(key: string): string {
  return `.${key}.part`;
}
