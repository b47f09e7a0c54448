const ICO_HEADER = 6;
const ICO_ENTRY = 16;
const ICNS_HEADER = 8;
/** Types of an .icns file that hold a PNG, by its size in pixels; the second is the same picture for a dense screen. */
const ICNS_TYPES = {
  16: ["icp4"],
  32: ["icp5", "ic11"],
  64: ["icp6", "ic12"],
  128: ["ic07"],
  256: ["ic08", "ic13"],
  512: ["ic09", "ic14"],
  1024: ["ic10"],
};

/**
 * A Windows icon that holds its pictures as PNG, as Windows Vista and later read it.
 * @param pngs size in pixels -> PNG, at most 256
 */
export function icoOf(pngs) {
  const header = Buffer.alloc(ICO_HEADER);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pngs.size, 4);
  let offset = ICO_HEADER + ICO_ENTRY * pngs.size;
  const entries = [...pngs].map(([px, png]) => {
    const entry = Buffer.alloc(ICO_ENTRY);
    // 0 stands for 256.
    entry.writeUInt8(px % 256, 0);
    entry.writeUInt8(px % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...pngs.values()]);
}

/**
 * A macOS icon: a list of typed pictures.
 * @param pngs size in pixels -> PNG; sizes without a type are an error
 */
export function icnsOf(pngs) {
  const parts = [...pngs].flatMap(([px, png]) =>
    ICNS_TYPES[px].map((type) => {
      const head = Buffer.alloc(ICNS_HEADER);
      head.write(type, 0, "latin1");
      head.writeUInt32BE(ICNS_HEADER + png.length, 4);
      return Buffer.concat([head, png]);
    }),
  );
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(ICNS_HEADER);
  head.write("icns", 0, "latin1");
  head.writeUInt32BE(ICNS_HEADER + body.length, 4);
  return Buffer.concat([head, body]);
}
