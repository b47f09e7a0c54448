import { cseqOf, fromOf, toOf, topViaOf } from "../../main/sip/message/fields.ts";
import { SipHeaders } from "../../main/sip/message/headers.ts";
import { NO_BODY, type SipRequest } from "../../main/sip/message/message.ts";
import { parseSipMessage } from "../../main/sip/message/parse.ts";
import { serializeSipMessage } from "../../main/sip/message/serialize.ts";

const SDP = [
  "v=0",
  "o=- 3890000000 3890000000 IN IP4 10.0.0.1",
  "s=-",
  "c=IN IP4 10.0.0.1",
  "t=0 0",
  "m=message 2855 TCP/MSRP *",
  "a=sendonly",
  "a=accept-types:image/jpeg",
  "a=path:msrp://10.0.0.1:2855/a7d9f0e3;tcp",
  'a=file-selector:name:"holiday.jpg" type:image/jpeg size:4096 hash:sha-1:72:24:5F:E8',
  "a=file-transfer-id:Q6LMoGymJdh0IKIgD6wD0jkcfgva4xvE",
  "a=setup:actpass",
  "",
].join("\r\n");

/** A file transfer INVITE as it arrives at the second core: three Via, two Record-Route, every CPM header. */
export function typicalInvite(): Buffer {
  const lines = [
    "INVITE sip:bob@b.example SIP/2.0",
    "Via: SIP/2.0/UDP 10.0.1.2:5060;rport;branch=z9hG4bKcGFydGljaXBhdGluZw",
    "Via: SIP/2.0/UDP 10.0.1.1:5060;received=10.0.1.1;rport=5060;branch=z9hG4bKY29yZQ",
    "Via: SIP/2.0/UDP 10.0.0.1:5060;received=10.0.0.1;rport=5060;branch=z9hG4bKZGV2aWNl",
    "Record-Route: <sip:rr-0a1b2c3d4e5f60718293@10.0.1.1:5060;lr>",
    "Record-Route: <sip:rr-0a1b2c3d4e5f60718293@10.0.1.1:5060;lr>",
    "Max-Forwards: 67",
    'From: "Alice" <sip:alice@a.example>;tag=a48s7fk2',
    "To: <sip:bob@b.example>",
    "Call-ID: f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "CSeq: 1 INVITE",
    'Contact: <sip:alice@10.0.0.1:5060>;+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"',
    'Accept-Contact: *;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"',
    'P-Asserted-Identity: "Alice" <sip:alice@a.example>',
    "P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer",
    "Conversation-ID: 6a1b1c1d-1e1f-4a1b-8c1d-1e1f6a1b1c1d",
    "Contribution-ID: abcdef0123456789abcdef0123456789",
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, NOTIFY",
    "Supported: 100rel, timer",
    "User-Agent: CPM-client/OMA2.2 cpm-courier/0.1.0",
    "Content-Type: application/sdp",
    `Content-Length: ${String(SDP.length)}`,
    "",
    SDP,
  ];
  return Buffer.from(lines.join("\r\n"), "latin1");
}

/** What a proxy has to understand of a message before it writes it again. */
export function rewrite(octets: Buffer): number {
  const parsed = parseSipMessage(octets);
  if (!parsed.ok) throw new Error(parsed.error.what);
  const message = parsed.value;
  const isRead = [topViaOf, fromOf, toOf, cseqOf].every((read) => read(message).ok);
  if (!isRead) throw new Error("a field could not be read");
  const headers = message.headers.prepend("Via", "SIP/2.0/UDP 10.0.2.1:5060;branch=z9hG4bKnext");
  return serializeSipMessage({ ...message, headers }).length;
}

export function optionsRequest(serial: number): SipRequest {
  const id = String(serial);
  return {
    kind: "request",
    method: "OPTIONS",
    uri: "sip:127.0.0.1",
    headers: SipHeaders.of([
      { name: "Max-Forwards", value: "70" },
      { name: "From", value: `<sip:bench@127.0.0.1>;tag=${id}` },
      { name: "To", value: "<sip:127.0.0.1>" },
      { name: "Call-ID", value: `bench-${id}` },
      { name: "CSeq", value: "1 OPTIONS" },
    ]),
    body: NO_BODY,
  };
}
