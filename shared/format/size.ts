const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/** A size for people, in decimal units as file managers show it: `0 bytes`, `1 byte`, `999 bytes`, `1.2 MB`, `12 GB`. */
export function formatSize(octets: number): string {
  if (octets < 1000) return octets === 1 ? "1 byte" : `${String(octets)} bytes`;
  let value = octets;
  let unit: string = UNITS[0];
  for (const name of UNITS) {
    value /= 1000;
    unit = name;
    // What rounds up to 1000 is 1.0 of the next unit.
    if (value < 999.5) break;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

/** A speed for people: `1.2 MB/s`. */
export function formatRate(octetsPerS: number): string {
  return `${formatSize(Math.round(octetsPerS))}/s`;
}
