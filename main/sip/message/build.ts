import { hasParameter } from "../grammar/parameters.ts";
import { knowTopVia, toOf, topViaOf } from "./fields.ts";
import { type HeaderField, SipHeaders } from "./headers.ts";
import { NO_BODY, type SipRequest, type SipResponse } from "./message.ts";
import { reasonPhrase } from "./reason-phrases.ts";

export { reasonPhrase };

export interface ResponseOptions {
  /** Added to To when the request had none; never put one into a 100 (RFC 3261 §8.2.6.2). */
  readonly toTag?: string;
  readonly headers?: readonly HeaderField[];
  /** Its Content-Type goes into `headers`. */
  readonly body?: Buffer;
}

const COPIED = ["Via", "From", "To", "Call-ID", "CSeq"] as const;

/**
 * A response with what RFC 3261 §8.2.6.2 has it copy: all Via in their order, From, To, Call-ID, CSeq; a 100 also
 * Timestamp (§8.2.6.1). Headers that the request lacks are left out.
 */
export function responseTo(
  request: SipRequest,
  status: number,
  reason?: string,
  options: ResponseOptions = {},
): SipResponse {
  const fields: HeaderField[] = [];
  for (const name of COPIED) {
    for (const value of request.headers.getAll(name)) {
      fields.push({ name, value: name === "To" ? withTag(request, value, options.toTag) : value });
    }
  }
  const timestamp = status === 100 ? request.headers.get("Timestamp") : undefined;
  if (timestamp !== undefined) fields.push({ name: "Timestamp", value: timestamp });
  const headers = SipHeaders.of([...fields, ...(options.headers ?? [])]);
  // The same Via on top: whoever sends the response need not read it again.
  const via = topViaOf(request);
  if (via.ok) knowTopVia(headers, via.value);
  return {
    kind: "response",
    status,
    reason: reason ?? reasonPhrase(status),
    headers,
    body: options.body ?? NO_BODY,
    ...(request.encoding === undefined ? {} : { encoding: request.encoding }),
  };
}

function withTag(request: SipRequest, to: string, tag: string | undefined): string {
  if (tag === undefined) return to;
  const parsed = toOf(request);
  const hasTag = parsed.ok && hasParameter(parsed.value.parameters, "tag");
  return hasTag ? to : `${to};tag=${tag}`;
}
