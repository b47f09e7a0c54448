import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const BINARY_OCTETS = 3_145_728;

/** Files for a demo without any: text, binary, an empty one, names with blanks and letters of several scripts. */
export async function makeSamples(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const samples: readonly (readonly [string, string | Uint8Array])[] = [
    ["read me first.txt", "Alice sends this to Bob, through two home networks.\n"],
    ["Grüße aus Köln, 日本から.txt", "Grüße aus Köln.\n日本からこんにちは。\n"],
    ["plan.pdf", onePagePdf("A plan, in one page")],
    ["measurements.bin", randomBytes(BINARY_OCTETS)],
    ["empty.dat", ""],
  ];
  const paths: string[] = [];
  for (const [name, content] of samples) {
    const path = join(folder, name);
    await writeFile(path, content);
    paths.push(path);
  }
  return paths;
}

/** The smallest document that PDF readers open: one page with one line of text. */
function onePagePdf(text: string): string {
  const content = `BT /F1 24 Tf 72 720 Td (${text}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${String(content.length)} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let pdf = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const offset = pdf.length;
    pdf += `${String(i + 1)} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = pdf.length;
  const size = String(objects.length + 1);
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  return `${pdf}xref\n0 ${size}\n0000000000 65535 f \n${entries.join("")}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${String(start)}\n%%EOF\n`;
}
