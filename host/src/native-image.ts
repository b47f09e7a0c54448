import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import { strict, strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.NativeImage,
  "isEmpty" | "toDataURL" | "setTemplateImage" | "isTemplateImage" | "getAspectRatio"
>;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function pngSize(octets: Buffer): Electron.Size {
  const isPng = octets.length > 24 && octets.subarray(0, 8).equals(PNG_SIGNATURE);
  return isPng
    ? { width: octets.readUInt32BE(16), height: octets.readUInt32BE(20) }
    : { width: 0, height: 0 };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A PNG of BGRA pixels. */
export function encodePng(pixels: Buffer, { width, height }: Electron.Size): Buffer {
  const rows = Buffer.alloc((width * 4 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4;
      const to = y * (width * 4 + 1) + 1 + x * 4;
      rows.writeUInt8(pixels[from + 2] ?? 0, to);
      rows.writeUInt8(pixels[from + 1] ?? 0, to + 1);
      rows.writeUInt8(pixels[from] ?? 0, to + 2);
      rows.writeUInt8(pixels[from + 3] ?? 0, to + 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const parts = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([PNG_SIGNATURE, ...parts]);
}

/** A picture kept as the octets it came in; nothing is decoded, so `resize` and `crop` change the stated size only. */
export class HostImage implements Surface {
  readonly #octets: Buffer;
  readonly #size: Electron.Size;
  #isTemplate = false;

  constructor(octets: Buffer = Buffer.alloc(0), size: Electron.Size = pngSize(octets)) {
    this.#octets = octets;
    this.#size = size;
  }

  isEmpty(): boolean {
    return this.#octets.length === 0;
  }

  toPNG(): Buffer {
    return this.#octets;
  }

  toJPEG(): Buffer {
    return this.#octets;
  }

  toDataURL(): string {
    return `data:image/png;base64,${this.#octets.toString("base64")}`;
  }

  getSize(): Electron.Size {
    return { ...this.#size };
  }

  getAspectRatio(): number {
    return this.#size.height === 0 ? 1 : this.#size.width / this.#size.height;
  }

  resize(options: Electron.ResizeOptions): HostImage {
    const { width, height } = this.#size;
    const ratio = this.getAspectRatio();
    const byHeight = options.height === undefined ? width : options.height * ratio;
    const newWidth = options.width ?? byHeight;
    const byWidth = options.width === undefined ? height : options.width / ratio;
    const newHeight = options.height ?? byWidth;
    return new HostImage(this.#octets, {
      width: Math.round(newWidth),
      height: Math.round(newHeight),
    });
  }

  crop(rect: Electron.Rectangle): HostImage {
    return new HostImage(this.#octets, { width: rect.width, height: rect.height });
  }

  addRepresentation(): void {}

  getScaleFactors(): number[] {
    return [1];
  }

  setTemplateImage(isTemplate: boolean): void {
    this.#isTemplate = isTemplate;
  }

  isTemplateImage(): boolean {
    return this.#isTemplate;
  }
}

strictClass("NativeImage", HostImage);

export interface NativeImageModule {
  createEmpty(): HostImage;
  createFromPath(path: string): HostImage;
  createFromBuffer(buffer: Buffer, options?: Electron.CreateFromBufferOptions): HostImage;
  createFromBitmap(buffer: Buffer, options: Electron.CreateFromBitmapOptions): HostImage;
  createFromDataURL(dataURL: string): HostImage;
  createThumbnailFromPath(path: string, size: Electron.Size): Promise<HostImage>;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // As in Electron, a picture that cannot be read is empty.
    return Buffer.alloc(0);
  }
}

export function createNativeImage(): NativeImageModule {
  return strict("nativeImage", {
    createEmpty: () => new HostImage(),
    createFromPath: (path: string) => new HostImage(read(path)),
    createFromBuffer: (buffer: Buffer) => new HostImage(Buffer.from(buffer)),
    createFromBitmap: (buffer: Buffer, options: Electron.CreateFromBitmapOptions) =>
      new HostImage(encodePng(buffer, options)),
    createFromDataURL: (dataURL: string) =>
      new HostImage(Buffer.from(dataURL.slice(dataURL.indexOf(",") + 1), "base64")),
    createThumbnailFromPath: (path: string, size: Electron.Size) => {
      const image = new HostImage(read(path));
      return image.isEmpty()
        ? Promise.reject(new Error(`unable to retrieve thumbnail preview image for ${path}`))
        : Promise.resolve(image.resize(size));
    },
  });
}
