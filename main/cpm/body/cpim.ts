import { err, ok, type Result } from "../../base/result.ts";
import {
  type BodyError,
  bodyError,
  type MimeEntity,
  parseEntity,
  parseHeaderSection,
} from "./mime-entity.ts";

/** A CPIM message (RFC 3862): its own header fields and the MIME entity inside. */
export interface CpimMessage {
  /** Names as written in lower case, with their namespace prefix, for example `imdn.message-id`. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly entity: MimeEntity;
}

/** Reads `message/cpim`. The blank line between envelope and inner headers is needed (RFC 3862 §2.2). */
export function parseCpim(content: Buffer): Result<CpimMessage, BodyError> {
  const envelope = parseHeaderSection(content);
  if (!envelope.ok) return envelope;
  if (envelope.value.fields.length === 0) return err(bodyError("a CPIM message has no header"));
  const entity = parseEntity(content.subarray(envelope.value.contentStart));
  return entity.ok ? ok({ fields: envelope.value.fields, entity: entity.value }) : entity;
}

export function cpimField(message: CpimMessage, name: string): string | undefined {
  return message.fields.find((field) => field.name === name)?.value;
}

/** What a CPIM message around a notification or an empty text says of itself. */
export interface CpimHead {
  readonly from: string;
  readonly to: string;
  /** RFC 3339 time. */
  readonly dateTime: string;
  /** RFC 5438 §6.2: identifies this message towards whoever sends notifications about it. */
  readonly messageId?: string;
  /** RFC 5438 §6.3: what is to be told about this message. */
  readonly wants?: string;
}

/** Writes `message/cpim` with the imdn namespace (RFC 5438 §6). */
export function buildCpim(head: CpimHead, contentType: string, content: Buffer): Buffer {
  const lines = [
    `From: <${head.from}>`,
    `To: <${head.to}>`,
    "NS: imdn <urn:ietf:params:imdn>",
    ...(head.messageId === undefined ? [] : [`imdn.Message-ID: ${head.messageId}`]),
    `DateTime: ${head.dateTime}`,
    ...(head.wants === undefined ? [] : [`imdn.Disposition-Notification: ${head.wants}`]),
    "",
    `Content-Type: ${contentType}`,
    // Of a notification; a request for one is no notification itself (RFC 5438 §7.2).
    ...(head.wants === undefined ? ["Content-Disposition: notification"] : []),
    `Content-Length: ${String(content.length)}`,
    "",
    "",
  ];
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "utf8"), content]);
}
