import type { SrfDialog } from "../../drachtio/srf.ts";
import { needsPlainOffer, withoutCema } from "../../sdp/cema.ts";
import { type FileAnswer, readFileAnswer } from "../../sdp/file-answer.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { offererRole } from "../../sdp/setup.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import { deviceHeaders } from "../headers.ts";
import type { OfferContext } from "./offer-context.ts";

/** What both sides have said of the files of an offer. */
export interface Agreement {
  readonly local: SessionDescription;
  readonly answers: readonly FileAnswer[];
  /** We have paths through a relay of ours. */
  readonly hasRelay: boolean;
}

/**
 * Offers again without `msrp-cema` where the answer shows a middlebox that CEMA cannot pass (RFC 6714 §4.2). What was
 * agreed stays where the peer does not take that offer: the path is all there is then.
 */
export async function offerPlainly(
  { ports, config }: OfferContext,
  dialog: SrfDialog,
  agreed: Agreement,
): Promise<Agreement> {
  const { answers, hasRelay } = agreed;
  const isNeeded = answers.some(
    (answer) =>
      answer.isAccepted &&
      needsPlainOffer(answer, { hasRelay, role: offererRole("actpass", answer.setup) }),
  );
  if (!isNeeded) return agreed;
  const local = withoutCema(agreed.local);
  const response = await dialog.reinvite(
    { contentType: "application/sdp", content: serializeSdp(local) },
    deviceHeaders(config, ports.srf.local),
  );
  const body = response.ok && response.value.status < 300 ? readSdpBody(response.value) : undefined;
  const again = body?.ok === true ? readFileAnswer(local, body.value.description) : undefined;
  if (again?.ok === true) return { ...agreed, local, answers: again.value };
  ports.log.write("info", "a middlebox stays between", {
    why: response.ok ? String(response.value.status) : response.error.message,
  });
  return agreed;
}
