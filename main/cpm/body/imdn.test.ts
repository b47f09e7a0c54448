import { describe, expect, it } from "vitest";
import { buildCpim, cpimField, parseCpim } from "./cpim.ts";
import {
  buildDeliveryNotification,
  notificationRequestOf,
  parseDeliveryNotification,
} from "./imdn.ts";

const HEAD = {
  from: "sip:bob@b.example",
  to: "sip:alice@a.example",
  dateTime: "2026-01-01T00:00:00Z",
};

function requestWith(value: string): Buffer {
  return Buffer.from(
    `From: <sip:a@x>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m1\r\nimdn.Disposition-Notification: ${value}\r\n\r\nContent-Type: text/plain\r\n\r\n`,
  );
}

describe("RFC 5438 §7.2.1.1 delivery notifications", () => {
  it.each(["delivered", "failed", "forbidden", "error"] as const)(
    "MUST write %s so that it reads back",
    (status) => {
      const xml = buildDeliveryNotification({ messageId: "a<b>&c", status }, HEAD.dateTime);
      expect(parseDeliveryNotification(xml)).toEqual({ messageId: "a<b>&c", status });
    },
  );

  it("MUST read namespace prefixes and refuse other notifications", () => {
    const prefixed = Buffer.from(
      "<i:imdn><i:message-id>m</i:message-id><i:delivery-notification><i:status><i:failed/></i:status></i:delivery-notification></i:imdn>",
    );
    expect(parseDeliveryNotification(prefixed)).toEqual({ messageId: "m", status: "failed" });
    const display = Buffer.from(
      "<imdn><message-id>m</message-id><display-notification><status><displayed/></status></display-notification></imdn>",
    );
    expect(parseDeliveryNotification(display)).toBeUndefined();
    expect(parseDeliveryNotification(Buffer.alloc(5000, 60))).toBeUndefined();
  });
});

describe("RFC 3862 §2 CPIM", () => {
  it("MUST keep envelope, inner header and content apart", () => {
    const cpim = parseCpim(buildCpim(HEAD, "message/imdn+xml", Buffer.from("<x/>")));
    if (!cpim.ok) throw new Error(cpim.error.what);
    expect(cpimField(cpim.value, "to")).toBe("<sip:alice@a.example>");
    expect(cpim.value.entity.fields[0]).toEqual({
      name: "content-type",
      value: "message/imdn+xml",
    });
    expect(cpim.value.entity.content.toString()).toBe("<x/>");
  });

  it("MUST refuse what has no header", () => {
    expect(parseCpim(Buffer.from("\r\n\r\nx")).ok).toBe(false);
    expect(parseCpim(Buffer.from("no colon here\r\n")).ok).toBe(false);
  });
});

describe("RFC 5438 §6 requests for notifications", () => {
  it.each([
    ["positive-delivery, negative-delivery", true, true],
    ["negative-delivery", false, true],
    ["Positive-Delivery,display", true, false],
  ])("MUST read %s", (value, wantsPositive, wantsNegative) => {
    const cpim = parseCpim(requestWith(value));
    expect(cpim.ok && notificationRequestOf(cpim.value)).toEqual({
      messageId: "m1",
      wantsPositive,
      wantsNegative,
    });
  });

  it("MUST take a request for something else as none", () => {
    const cpim = parseCpim(requestWith("display"));
    expect(cpim.ok && notificationRequestOf(cpim.value)).toBeUndefined();
  });
});
