import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { parseContentType } from "./content-type.ts";
import { mimeField } from "./mime-entity.ts";
import { buildMultipart, leavesOf } from "./multipart.ts";

function body(...lines: string[]): Buffer {
  return Buffer.from(lines.join("\r\n"), "latin1");
}

const MIXED = 'multipart/mixed;boundary="b1"';

describe("RFC 2046 §5.1.1 multipart bodies", () => {
  it("MUST give the parts in order, without the line break that belongs to the delimiter", () => {
    const leaves = leavesOf(
      MIXED,
      body(
        "preamble",
        "--b1",
        "Content-Type: application/sdp",
        "",
        "v=0",
        "",
        "--b1",
        "",
        "plain",
        "--b1--",
        "epilogue",
      ),
    );
    expect(
      leaves.ok && leaves.value.map(({ type, content }) => [type, content.toString()]),
    ).toEqual([
      ["application/sdp", "v=0\r\n"],
      ["text/plain", "plain"],
    ]);
  });

  it("MUST not take a longer line that begins with the boundary for a delimiter", () => {
    const leaves = leavesOf(MIXED, body("--b1", "", "x", "--b10", "y", "--b1--", ""));
    expect(leaves.ok && leaves.value[0]?.content.toString()).toBe("x\r\n--b10\r\ny");
  });

  it("MUST take multipart inside multipart apart (RFC 5547 §8.8, deployed multipart/mixed)", () => {
    const inner = body("--in", "Content-Type: image/png", "", "P", "--in--", "");
    const leaves = leavesOf(
      "Multipart/Related; boundary=out; type=application/sdp",
      Buffer.concat([
        body("--out", "Content-Type: application/sdp", "", "v=0", "--out", ""),
        body("Content-Type: multipart/mixed; boundary=in", "", ""),
        inner,
        body("", "--out--", ""),
      ]),
    );
    expect(leaves.ok && leaves.value.map(({ type }) => type)).toEqual([
      "application/sdp",
      "image/png",
    ]);
  });

  it("MUST undo base64 and refuse transfer encodings it does not know with 415", () => {
    const part = (encoding: string): Buffer =>
      body("--b1", `Content-Transfer-Encoding: ${encoding}`, "", "aGk=", "--b1--", "");
    const decoded = leavesOf(MIXED, part("Base64"));
    expect(decoded.ok && decoded.value[0]?.content.toString()).toBe("hi");
    expect(leavesOf(MIXED, part("quoted-printable"))).toMatchObject({ error: { statusHint: 415 } });
  });

  it("MUST accept bare LF, a missing close-delimiter and an empty part", () => {
    const leaves = leavesOf(MIXED, Buffer.from("--b1\n\n--b1\nContent-Type: text/html\n\nx"));
    expect(
      leaves.ok && leaves.value.map(({ type, content }) => [type, content.toString()]),
    ).toEqual([
      ["text/plain", ""],
      ["text/html", "x"],
    ]);
  });

  it("MUST join folded header lines", () => {
    const leaves = leavesOf(MIXED, body("--b1", "X-A: one", "\ttwo", "", "x", "--b1--"));
    const [leaf] = leaves.ok ? leaves.value : [];
    expect(leaf === undefined ? "" : mimeField(leaf, "x-a")).toBe("one two");
  });

  it("MUST keep a body that is no multipart as one leaf", () => {
    const leaves = leavesOf("Application/SDP;charset=utf-8", body("v=0"));
    expect(leaves.ok && leaves.value.map(({ type }) => type)).toEqual(["application/sdp"]);
  });
});

describe("limits on hostile bodies (docs/decisions/0006)", () => {
  it("MUST refuse more than eight levels", () => {
    let text = "deep";
    let type = "text/plain";
    for (let level = 0; level < 9; level += 1) {
      text = `--x${String(level)}\r\nContent-Type: ${type}\r\n\r\n${text}\r\n--x${String(level)}--`;
      type = `multipart/mixed;boundary=x${String(level)}`;
    }
    expect(leavesOf(type, Buffer.from(text))).toMatchObject({ error: { statusHint: 413 } });
  });

  it("MUST refuse more than 128 parts, and header sections without end", () => {
    const many = Buffer.from(`${"--b1\r\n\r\nx\r\n".repeat(200)}--b1--`);
    expect(leavesOf(MIXED, many).ok).toBe(false);
    const long = Buffer.from(`--b1\r\n${"X: y\r\n".repeat(100)}\r\n--b1--`);
    expect(leavesOf(MIXED, long)).toMatchObject({ error: { statusHint: 413 } });
  });

  it.each([
    "multipart/mixed",
    'multipart/mixed;boundary=""',
    `multipart/mixed;boundary=${"b".repeat(71)}`,
  ])("MUST refuse %s", (type) => {
    expect(leavesOf(type, body("--b--")).ok).toBe(false);
  });

  it("MUST never throw, whatever the octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        leavesOf(MIXED, Buffer.concat([Buffer.from("--b1\r\n"), Buffer.from(octets)]));
      }),
    );
  });
});

describe("RFC 2046 §5.1.1 writing", () => {
  it("MUST write what reads as the same parts, binary content included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 }),
        (contents) => {
          const parts = contents.map((content) => ({
            fields: [{ name: "Content-Type", value: "image/png" }],
            content: Buffer.from(content),
          }));
          const built = buildMultipart("related", "a-boundary-nobody-guesses", parts);
          const read = leavesOf(built.contentType, built.content);
          expect(read.ok && read.value.map(({ content }) => content.toString("hex"))).toEqual(
            parts.map(({ content }) => content.toString("hex")),
          );
        },
      ),
    );
  });

  it("MUST name type and boundary in Content-Type (RFC 2387 §3.1)", () => {
    const { contentType } = buildMultipart("related", "b", [], ';type="application/sdp"');
    const parsed = parseContentType(contentType);
    expect(parsed?.type).toBe("multipart/related");
    expect([...(parsed?.parameters ?? [])]).toEqual([
      ["type", "application/sdp"],
      ["boundary", "b"],
    ]);
  });
});
