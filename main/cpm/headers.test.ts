import { describe, expect, it } from "vitest";
import { systemHashing } from "../base/hashing.node.ts";
import { parseNameAddr } from "../sip/grammar/name-addr.ts";
import { parseParameterizedValue } from "../sip/grammar/value.ts";
import { SipHeaders } from "../sip/message/headers.ts";
import { hasFileTransferTag, icsisOf, instanceOf } from "./feature-tags.ts";
import {
  contactUri,
  contactValue,
  coreUri,
  fromValue,
  inviteHeaders,
  registerContact,
  sipReason,
} from "./headers.ts";
import { contributionIdOf } from "./ids.ts";
import { sipCauseOf, warningTextsOf } from "./sip-cause.ts";
import { isOurProduct, userAgent } from "./user-agent.ts";

const CONFIG = {
  aor: "sip:alice@a.example",
  core: { host: "10.0.0.9", port: 5060, transport: "udp" },
  deviceName: 'Alice\'s "big" laptop',
  instanceId: "urn:uuid:00000000-0000-4000-8000-000000000001",
  receiveFolder: "/tmp",
  version: "1.2.3",
  deviceSecret: "s",
} as const;
const LOCAL = { host: "10.0.0.1", port: 5070 };

function parametersOf(contact: string): ReturnType<typeof value>["parameters"] {
  return value(contact).parameters;
}

function value(contact: string) {
  const parsed = parseNameAddr(contact);
  if (!parsed.ok) throw new Error(contact);
  return parsed.value;
}

describe("RFC 6050 §4.1: the ICSI of CPM File Transfer", () => {
  it("MUST stand percent-encoded in +g.3gpp.icsi-ref of Contact and Accept-Contact", () => {
    const headers = SipHeaders.of(
      inviteHeaders(CONFIG, LOCAL, { ids: { conversationId: "c", contributionId: "d" } }),
    );
    const contact = headers.get("Contact") ?? "";
    expect(contact).toContain(
      '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"',
    );
    const accept = parseParameterizedValue(headers.get("Accept-Contact") ?? "");
    expect(accept.ok && accept.value.value).toBe("*");
    expect(accept.ok && hasFileTransferTag(accept.value.parameters)).toBe(true);
    expect(headers.get("P-Preferred-Service")).toBe(
      "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer",
    );
  });

  it.each([
    '<sip:a@b>;+g.3gpp.icsi-ref="urn%3aurn-7%3a3gpp-service.ims.icsi.oma.cpm.filetransfer"',
    '<sip:a@b>;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg,urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"',
    '<sip:a@b>;+g.3gpp.icsi-ref="x";+G.3gpp.ICSI-ref="<urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer>"',
  ])("MUST be found in %s", (contact) => {
    expect(hasFileTransferTag(parametersOf(contact))).toBe(true);
  });

  it("MUST not be taken from the group service or from another tag", () => {
    const group =
      '<sip:a@b>;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer.group"';
    expect(hasFileTransferTag(parametersOf(group))).toBe(false);
    expect(icsisOf(parametersOf("<sip:a@b>;+g.oma.sip-im"))).toEqual([]);
  });
});

describe("RFC 5626 §4.1, RFC 3840: Contact", () => {
  it("MUST carry instance, reg-id and the device's name in REGISTER", () => {
    const gruu = "sip:alice@a.example;gr=x";
    const value = registerContact({ ...CONFIG, gruu }, LOCAL, { isFlow: true });
    expect(value).not.toContain(gruu);
    const parameters = parametersOf(value);
    expect(instanceOf(parameters)).toBe(CONFIG.instanceId);
    expect(parameters.find(({ name }) => name === "reg-id")?.value).toBe("1");
    expect(parameters.find(({ name }) => name === "device-name")?.value).toBe(CONFIG.deviceName);
  });

  it("MUST be the GRUU everywhere else once there is one (RFC 5627 §4.4)", () => {
    const gruu = "sip:alice@a.example;gr=urn:uuid:1";
    expect(contactValue({ ...CONFIG, gruu }, LOCAL)).toContain(`<${gruu}>`);
    expect(contactValue(CONFIG, LOCAL)).toContain("<sip:alice@10.0.0.1:5070>");
  });

  it("MUST name the transport only where it is not left to the size (RFC 3261 §18.1.1)", () => {
    expect(contactUri(CONFIG, LOCAL)).toBe("sip:alice@10.0.0.1:5070");
    const tcp = { ...CONFIG, core: { ...CONFIG.core, transport: "tcp" as const } };
    expect(contactUri(tcp, { host: "::1", port: 5070 })).toBe("sip:alice@[::1]:5070;transport=tcp");
    expect(coreUri(tcp.core)).toBe("sip:10.0.0.9:5060;transport=tcp;lr");
  });

  it("MUST quote a display name whatever it holds (RFC 3261 §25.1)", () => {
    const parsed = value(fromValue({ ...CONFIG, displayName: 'A\\l"ice\r\nX: y' }));
    expect(parsed.displayName).toBe('A\\l"iceX: y');
  });
});

describe("OMA CPM C.1.2 Contribution-ID", () => {
  it("MUST be 128 bits that depend on Call-ID and device, in lower-case hex", () => {
    const hashing = systemHashing();
    const id = contributionIdOf(hashing, "secret", "call-1");
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(contributionIdOf(hashing, "secret", "call-1")).toBe(id);
    expect(contributionIdOf(hashing, "secret", "call-2")).not.toBe(id);
    expect(contributionIdOf(hashing, "other", "call-1")).not.toBe(id);
  });
});

describe("docs/decisions/0003: our clients know each other", () => {
  it("MUST recognise the whole product token only", () => {
    expect(isOurProduct(userAgent("1.0"))).toBe(true);
    expect(isOurProduct("CPM-client/OMA2.2 CPM-Courier")).toBe(true);
    for (const other of [undefined, "", "CPM-client/OMA1.0", "xCPM-Courier/1", "CPM-Couriers/1"])
      expect(isOurProduct(other)).toBe(false);
  });
});

describe("RFC 3326 Reason, RFC 3261 §20.43 Warning", () => {
  it("MUST read the first SIP cause among several protocols", () => {
    const headers = SipHeaders.of([
      { name: "Reason", value: "Q.850;cause=16" },
      { name: "Reason", value: 'sip ;cause=200 ;text="Call completed, elsewhere"' },
    ]);
    expect(sipCauseOf(headers)).toEqual({ cause: 200, text: "Call completed, elsewhere" });
  });

  it.each(["", "SIP", "SIP;cause=", "SIP;cause=2000", "SIP;cause=-1", "Q.850;cause=200", ";;;"])(
    "MUST read no cause out of %j",
    (text) => {
      expect(sipCauseOf(SipHeaders.of([{ name: "Reason", value: text }]))).toBeUndefined();
    },
  );

  it("MUST write a Reason that reads back", () => {
    const value = sipReason(487, 'said "no"');
    expect(sipCauseOf(SipHeaders.of([{ name: "Reason", value }]))).toEqual({
      cause: 487,
      text: 'said "no"',
    });
  });

  it("MUST give the texts of warnings, in which OMA hides its numbers", () => {
    const headers = SipHeaders.of([
      { name: "Warning", value: '399 pf.example "133 Size exceeded"' },
    ]);
    expect(warningTextsOf(headers)).toEqual(["133 Size exceeded"]);
  });
});
