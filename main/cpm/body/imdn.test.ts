import { describe, expect, it } from "vitest";
import { buildCpim, cpimField, parseCpim } from "./cpim.ts";
import { buildNotification, notificationRequestOf, parseNotification } from "./imdn.ts";

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
      const notification = { messageId: "a<b>&c", kind: "delivery", status } as const;
      expect(parseNotification(buildNotification(notification, HEAD.dateTime))).toEqual(
        notification,
      );
    },
  );

  it.each(["displayed", "forbidden", "error"] as const)(
    "MUST write display %s so that it reads back (§7.2.1.2)",
    (status) => {
      const notification = { messageId: "m", kind: "display", status } as const;
      expect(parseNotification(buildNotification(notification, HEAD.dateTime))).toEqual(
        notification,
      );
    },
  );

  it("MUST read namespace prefixes and refuse other notifications", () => {
    const prefixed = Buffer.from(
      "<i:imdn><i:message-id>m</i:message-id><i:delivery-notification><i:status><i:failed/></i:status></i:delivery-notification></i:imdn>",
    );
    expect(parseNotification(prefixed)).toEqual({
      ...{ messageId: "m", kind: "delivery", status: "failed" },
    });
    const processing = Buffer.from(
      "<imdn><message-id>m</message-id><processing-notification><status><processed/></status></processing-notification></imdn>",
    );
    expect(parseNotification(processing)).toBeUndefined();
    expect(parseNotification(Buffer.alloc(5000, 60))).toBeUndefined();
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
    ["positive-delivery, negative-delivery", true, true, false],
    ["negative-delivery", false, true, false],
    ["Positive-Delivery,display", true, false, true],
    ["display", false, false, true],
  ])("MUST read %s", (value, wantsPositive, wantsNegative, wantsDisplay) => {
    const cpim = parseCpim(requestWith(value));
    expect(cpim.ok && notificationRequestOf(cpim.value)).toEqual({
      messageId: "m1",
      wantsPositive,
      wantsNegative,
      wantsDisplay,
    });
  });

  it("MUST take a request for something else as none", () => {
    const cpim = parseCpim(requestWith("processing"));
    expect(cpim.ok && notificationRequestOf(cpim.value)).toBeUndefined();
  });
});
