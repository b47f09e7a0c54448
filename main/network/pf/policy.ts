import type { FileMedia } from "../../sdp/file-media.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";

/** A final refusal of a File Transfer request, with what the sender's user can be told. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
}

/** What the provider allows through its Participating Function. */
export interface PfPolicy {
  /** Largest file, in octets; no limit when absent. */
  readonly maxSizeOctets?: number;
}

const FILE_TRANSFER_ICSI = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";

/**
 * The checks of a Participating Function before it acts on a File Transfer request, in the order in which a sender
 * learns most: identity, service, identifiers of the conversation (OMA CPM Conversation Functions, App. C.1), size.
 */
export function checkRequest(
  request: SipRequest,
  files: readonly FileMedia[],
  policy: PfPolicy,
): Refusal | undefined {
  if (!request.headers.has("P-Asserted-Identity")) {
    return refuse(403, "Forbidden", "127 Service not authorised");
  }
  const service = request.headers.get("P-Asserted-Service");
  // RFC 6050 §4.1: only the asserted service counts; a request without one was let through by the core's own trigger.
  if (service !== undefined && service.toLowerCase() !== FILE_TRANSFER_ICSI) {
    return refuse(403, "Forbidden", "127 Service not authorised");
  }
  for (const name of ["Conversation-ID", "Contribution-ID"]) {
    if (!request.headers.has(name)) return refuse(400, `Missing ${name}`, `${name} is missing`);
  }
  return checkSizes(files, policy);
}

function checkSizes(files: readonly FileMedia[], policy: PfPolicy): Refusal | undefined {
  const limit = policy.maxSizeOctets;
  if (limit === undefined) return undefined;
  const isTooLarge = files.some((file) => (file.selector.sizeOctets ?? 0) > limit);
  return isTooLarge ? refuse(403, "Forbidden", "133 Size exceeded") : undefined;
}

function refuse(status: number, reason: string, warning: string): Refusal {
  return { status, reason, headers: [{ name: "Warning", value: `399 cpm-pf "${warning}"` }] };
}
