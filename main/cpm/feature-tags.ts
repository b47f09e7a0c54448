import { type Parameters, parameter } from "../sip/grammar/parameters.ts";

/** IMS communication service identifier of CPM File Transfer (OMA CPM Conv_Fnct; URN of 3GPP TS 24.229 §7.2A.8). */
export const FILE_TRANSFER_ICSI = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";

/** The media feature tag that carries ICSIs in Contact and Accept-Contact (RFC 3840, 3841). */
export const ICSI_REF = "+g.3gpp.icsi-ref";

/** `+g.3gpp.icsi-ref="urn%3Aurn-7%3A…"`: colons are percent-encoded inside the quoted value. */
export const FILE_TRANSFER_TAG = `${ICSI_REF}="${FILE_TRANSFER_ICSI.replaceAll(":", "%3A")}"`;

/** The ICSIs of one Contact or Accept-Contact value, decoded: a comma list in one tag, repeated tags, or both. */
export function icsisOf(parameters: Parameters): readonly string[] {
  const found: string[] = [];
  for (const { name, value } of parameters) {
    if (name.toLowerCase() !== ICSI_REF || value === undefined) continue;
    for (const item of value.split(",")) {
      // RFC 3840 §9: `<…>` marks a string value inside the quotes; some stacks write it, most do not.
      const bare = item.trim().replace(/^</, "").replace(/>$/, "");
      if (bare !== "") found.push(decodeColons(bare));
    }
  }
  return found;
}

/** True when the parameters name CPM File Transfer; `.group` is another service. */
export function hasFileTransferTag(parameters: Parameters): boolean {
  return icsisOf(parameters).some((icsi) => icsi.toLowerCase() === FILE_TRANSFER_ICSI);
}

/** `+sip.instance` without quotes and angle brackets (RFC 5626 §4.1). */
export function instanceOf(parameters: Parameters): string | undefined {
  const value = parameter(parameters, "+sip.instance");
  return value === undefined || value === ""
    ? undefined
    : value.replace(/^</, "").replace(/>$/, "");
}

function decodeColons(text: string): string {
  return text.replaceAll(/%3a/gi, ":");
}
