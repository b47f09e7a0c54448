// Node's Buffer has these methods, its type package does not list them. ambient.d.ts grants them to
// the pure layers; this file does the same wherever Node's own types are in force.

interface Buffer<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> {
  latin1Slice(start?: number, end?: number): string;
  utf8Slice(start?: number, end?: number): string;
}
