import { LocalProtocolError } from "../../base/protocol-error.ts";
import type { SipMessage } from "./message.ts";

/**
 * The octets of a message. Content-Length is set from the body, in the place of the first one, else last. Header text
 * leaves in the encoding it came in.
 * @throws LocalProtocolError when a value holds CR or LF, which would let it forge header fields
 */
export function serializeSipMessage(message: SipMessage): Buffer {
  const text = headText(message);
  const head = message.encoding === "latin1" ? encodeLatin1(text) : Buffer.from(text, "utf8");
  return message.body.length === 0 ? head : Buffer.concat([head, message.body]);
}

function headText(message: SipMessage): string {
  const length = String(message.body.length);
  let text = startLine(message);
  assertOneLine(text);
  text += "\r\n";
  let hasLength = false;
  const { headers } = message;
  let index = -1;
  for (const { name, value } of headers.fields) {
    index += 1;
    if (headers.keyAt(index) === "content-length") {
      if (!hasLength) text += `${name}: ${length}\r\n`;
      hasLength = true;
    } else {
      assertOneLine(value);
      text += `${name}: ${value}\r\n`;
    }
  }
  return hasLength ? `${text}\r\n` : `${text}Content-Length: ${length}\r\n\r\n`;
}

function startLine(message: SipMessage): string {
  return message.kind === "request"
    ? `${message.method} ${message.uri} ${message.version ?? "SIP/2.0"}`
    : `SIP/2.0 ${String(message.status)} ${message.reason}`;
}

function assertOneLine(text: string): void {
  if (text.includes("\n") || text.includes("\r")) {
    throw new LocalProtocolError(
      `line end inside a SIP line: ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
}

/** Characters above 255 can only be ours: cutting them to one octet could make CR or LF of them, so they go as UTF-8. */
function encodeLatin1(text: string): Buffer {
  let isNarrow = true;
  for (let i = 0; i < text.length && isNarrow; i += 1) isNarrow = text.charCodeAt(i) <= 0xff;
  if (isNarrow) return Buffer.from(text, "latin1");
  const parts: Buffer[] = [];
  for (const char of text) parts.push(Buffer.from(char, char <= "\u00ff" ? "latin1" : "utf8"));
  return Buffer.concat(parts);
}
