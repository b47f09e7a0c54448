import fc from "fast-check";
import { parseContentType } from "../../../main/cpm/body/content-type.ts";
import { buildCpim, parseCpim } from "../../../main/cpm/body/cpim.ts";
import { admitIcon } from "../../../main/cpm/body/file-icon.ts";
import {
  buildNotification,
  notificationRequestOf,
  parseNotification,
} from "../../../main/cpm/body/imdn.ts";
import { buildMultipart, leavesOf } from "../../../main/cpm/body/multipart.ts";
import { RegInfoState } from "../../../main/cpm/registration/reg-info.ts";
import { hold, holdEqual } from "../hold.ts";
import { mutated, octets } from "../mutation.ts";
import { type FuzzTarget, fuzzTarget } from "../target.ts";

const HEAD = { from: "sip:b@b.example", to: "sip:a@a.example", dateTime: "2026-01-01T00:00:00Z" };

const IMDN = buildNotification(
  { messageId: "a<b>&c", kind: "delivery", status: "delivered" },
  HEAD.dateTime,
).toString("latin1");

const CPIM = buildCpim(
  { ...HEAD, messageId: "m1", wants: "positive-delivery, display" },
  "text/plain",
  Buffer.from("hello"),
).toString("latin1");

const NESTED = "--in\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--in\r\n\r\ntext\r\n--in--\r\n";

const MULTIPART = [
  `--out\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n${NESTED}\r\n--out\r\n` +
    "Content-Type: image/png\r\nContent-ID: <x@y>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--out--\r\nepilogue",
  `preamble\n--out \t\nContent-Type: message/cpim\n\n${CPIM}\n--out--`,
];

const MIME_WORDS = [
  ...[
    "--out",
    "--in",
    "\r\n--out\r\n",
    "\r\n--out--",
    "Content-Type: ",
    "multipart/mixed;boundary=",
    "base64",
  ],
  ...["\r\nContent-Transfer-Encoding: x", "\r\n\r\n", "boundary=out"],
];

export const multipart: FuzzTarget = fuzzTarget(
  { name: "multipart", clause: "RFC 2046 §5.1", sliceRuns: 4000 },
  fc.property(
    mutated([
      'multipart/related;type="application/sdp";boundary=out',
      'multipart/mixed; boundary="out"',
    ]),
    mutated(MULTIPART, MIME_WORDS),
    (typeText, text) => {
      const type = typeText.replaceAll("\r", "").replaceAll("\n", "");
      const content = octets(text);
      const leaves = leavesOf(type, content);
      if (!leaves.ok) {
        hold([400, 413, 415].includes(leaves.error.statusHint), "a status to refuse with");
        return;
      }
      hold(leaves.value.length <= 128, "a bounded number of leaves");
      const sum = leaves.value.reduce((all, leaf) => all + leaf.content.length, 0);
      hold(sum <= content.length, "no octet counts twice");
      for (const leaf of leaves.value) hold(parseContentType(leaf.type) !== undefined, "a type");
    },
  ),
);

export const multipartRoundTrip: FuzzTarget = fuzzTarget(
  { name: "multipart-write", clause: "RFC 2046 §5.1.1", sliceRuns: 1500 },
  fc.property(
    fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 5 }),
    (contents) => {
      const parts = contents.map((content) => ({
        fields: [{ name: "Content-Type", value: "application/octet-stream" }],
        content: Buffer.from(content),
      }));
      const written = buildMultipart("mixed", "a7Hs9kQw2LmZx4Tb", parts);
      const leaves = leavesOf(written.contentType, written.content);
      hold(leaves.ok, "what we write we read");
      holdEqual(
        leaves.value.map(({ content }) => content.toString("hex")),
        parts.map(({ content }) => content.toString("hex")),
        "the same octets",
      );
    },
  ),
);

export const cpim: FuzzTarget = fuzzTarget(
  { name: "cpim", clause: "RFC 3862 §2, RFC 5438 §6", sliceRuns: 4000 },
  fc.property(mutated([CPIM], ["\r\n\r\n", "\r\nimdn.Message-ID: ", "From: <", "NS: "]), (text) => {
    const parsed = parseCpim(octets(text));
    if (!parsed.ok) {
      hold([400, 413, 415].includes(parsed.error.statusHint), "a status to refuse with");
      return;
    }
    notificationRequestOf(parsed.value);
    hold(parsed.value.fields.length <= 65, "a bounded number of fields");
    for (const { name, value } of parsed.value.fields)
      hold(!name.includes("\n") && !value.includes("\n"), "one line a field");
    hold(parsed.value.entity.content.length <= text.length, "no more than came");
  }),
);

export const imdn: FuzzTarget = fuzzTarget(
  { name: "imdn", clause: "RFC 5438 §7.2.1", sliceRuns: 4000 },
  fc.property(
    mutated(
      [IMDN],
      [
        "<message-id>",
        "</",
        "<delivered/>",
        "<!DOCTYPE x [",
        "<!ENTITY a 'b'>",
        "&lt;",
        "&amp;",
        "&#0;",
      ],
    ),
    (text) => {
      const parsed = parseNotification(octets(text));
      if (parsed === undefined) return;
      // A length that the format's own limit would refuse is no matter of the round trip.
      const written = buildNotification(parsed, HEAD.dateTime);
      if (written.length > 4096 || parsed.messageId.trim() !== parsed.messageId) return;
      holdEqual(parseNotification(written), parsed, "the same notification");
    },
  ),
);

const CONTACT =
  '<contact id="c1" state="active" event="registered"><uri>sip:alice@10.0.0.1:5060</uri>' +
  '<unknown-param name="+sip.instance">"&lt;urn:uuid:1&gt;"</unknown-param>' +
  '<unknown-param name="device-name">"Al\\"s &amp; phone"</unknown-param></contact>';

const REGINFO = [
  `<?xml version="1.0"?><reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full">` +
    `<registration aor="sip:alice@a.example" id="r1" state="active">${CONTACT}</registration></reginfo>`,
  `<r:reginfo xmlns:r="x" version='7' state='partial'><!-- c --><r:registration aor="sip:alice@a.example">${CONTACT}</r:registration></r:reginfo>`,
];

export const regInfo: FuzzTarget = fuzzTarget(
  { name: "reginfo", clause: "RFC 3680 §5", sliceRuns: 3000 },
  fc.property(
    fc.array(
      mutated(REGINFO, [
        ...[
          "<!DOCTYPE a [<!ENTITY b 'c'>]>",
          "&b;",
          "&#x41;",
          "<a>",
          "</a>",
          "<a/>",
          "<![CDATA[",
          "-->",
          "?>",
        ],
        ...[" state='full'", " version='1'", "<contact", 'id="c2"', "<uri>", "<a>".repeat(20)],
      ]),
      { minLength: 1, maxLength: 3 },
    ),
    (texts) => {
      const state = new RegInfoState("sip:alice@a.example");
      for (const text of texts) state.take(octets(text));
      const devices = state.devices({
        instanceId: "urn:uuid:1",
        contact: "sip:alice@10.0.0.1:5060",
      });
      hold(devices.length <= 256, "a bounded number of devices");
      for (const { name = "" } of devices) hold(name.length <= 64, "a short name");
    },
  ),
);

const PNG = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40\x08\x06\0\0\0abcd";
const JPEG =
  "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x40\0\x40\x03\x01\x11\0\x02\x11\x01\x03\x11\x01";

export const icons: FuzzTarget = fuzzTarget(
  { name: "icon", clause: "RFC 5547 §6 file-icon", sliceRuns: 4000 },
  fc.property(
    mutated([PNG, JPEG], ["\xff\xc0", "\xff\xff", "\xff\xe1\xff\xff", "IHDR"]),
    (text) => {
      const icon = admitIcon(octets(text));
      if (icon === undefined) return;
      hold(icon.bytes.length <= 20_000, "small");
    },
  ),
);
