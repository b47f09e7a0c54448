import { err, ok, type Result } from "../../base/result.ts";
import { parseContentType } from "../../cpm/body/content-type.ts";
import type { BodyError } from "../../cpm/body/mime-entity.ts";
import { type BodyLeaf, buildMultipart, leavesOf } from "../../cpm/body/multipart.ts";
import type { SipBody } from "../../drachtio/srf.ts";
import type { SipRequest } from "../../sip/message/message.ts";

/** A request body whose session description can be replaced while its other parts (icon, CPIM) stay. */
export interface DescribedBody {
  readonly sdp: Buffer;
  withSdp(sdp: Buffer): SipBody;
}

const SDP = "application/sdp";

/**
 * Finds the session description of an INVITE, alone or inside a multipart (RFC 5547 §8.8, RFC 5621 §3.1).
 * @param boundary random; the peer's own is not written back
 */
export function describedBody(
  request: SipRequest,
  boundary: string,
): Result<DescribedBody, BodyError> {
  const contentType = request.headers.get("Content-Type") ?? SDP;
  const leaves = leavesOf(contentType, request.body);
  if (!leaves.ok) return leaves;
  const described = leaves.value.find(({ type }) => type === SDP);
  if (described === undefined) {
    return err({ kind: "body-error", what: "no session description", statusHint: 415 });
  }
  const type = parseContentType(contentType)?.type ?? SDP;
  return ok({
    sdp: described.content,
    withSdp: (sdp) =>
      type === SDP
        ? { contentType: SDP, content: sdp }
        : multipart(type, boundary, { leaves: leaves.value, described, sdp }),
  });
}

interface Replacement {
  readonly leaves: readonly BodyLeaf[];
  readonly described: BodyLeaf;
  readonly sdp: Buffer;
}

function multipart(
  type: string,
  boundary: string,
  { leaves, described, sdp }: Replacement,
): SipBody {
  // Whichever description the receiver's program takes, it must be ours: another would lead around us.
  const others = leaves.filter((leaf) => leaf.type !== SDP);
  const isRelated = type === "multipart/related";
  // RFC 2387 §3.2: its root is the first part, as no `start` says otherwise.
  const kept = isRelated
    ? [described, ...others]
    : leaves.filter((leaf) => leaf === described || others.includes(leaf));
  const parts = kept.map((leaf) => ({
    // Contents are binary here: a transfer encoding has been undone.
    fields: leaf.fields.filter(({ name }) => name !== "content-transfer-encoding"),
    content: leaf === described ? sdp : leaf.content,
  }));
  return isRelated
    ? buildMultipart("related", boundary, parts, `;type="${SDP}"`)
    : buildMultipart("mixed", boundary, parts);
}
