import { describe, expect, it } from "vitest";
import { originOf, SchemeMap, withoutFragment } from "./scheme-map.ts";

function mapOf(...names: string[]): SchemeMap {
  const map = new SchemeMap();
  for (const name of names) {
    map.add(name);
  }
  return map;
}

describe("an application's scheme as an https origin", () => {
  it.each([
    [
      "cpm-app://bundle/index.html?x=1#/a",
      "https://bundle.cpm-app.app-host.invalid/index.html?x=1#/a",
    ],
    ["cpm-app://bundle", "https://bundle.cpm-app.app-host.invalid"],
  ])("maps %s there and back", (app, browser) => {
    const map = mapOf("cpm-app");
    expect(map.toBrowser(app)).toBe(browser);
    expect(map.toApp(browser)).toBe(app);
  });

  it.each(["https://example.org/", "other://bundle/x", "about:blank", ""])(
    "leaves %s alone",
    (url) => {
      const map = mapOf("cpm-app");
      expect(map.toBrowser(url)).toBe(url);
      expect(map.toApp(url)).toBe(url);
    },
  );

  it("leaves a look-alike of another scheme alone", () => {
    const url = "https://bundle.evil.app-host.invalid/";
    expect(mapOf("app").toApp(url)).toBe(url);
  });

  it("translates a scheme as a source of a policy, and nothing else of it", () => {
    const policy = "default-src 'self' app:; img-src app://media data: blob:; report-to x-app:";
    expect(mapOf("app").headerToBrowser(policy)).toBe(
      "default-src 'self' app: https://*.app.app-host.invalid; img-src app://media https://media.app.app-host.invalid data: blob:; report-to x-app:",
    );
  });

  it("refuses a scheme that no host name can carry", () => {
    expect(() => mapOf("a+b")).toThrow("not supported");
  });
});

describe("parts of a URL", () => {
  it.each([
    ["cpm-app://bundle/a/b", "cpm-app://bundle"],
    ["https://h:8443/a", "https://h:8443"],
    ["data:text/html,x", "null"],
    ["", "null"],
  ])("has the origin of %s", (url, origin) => {
    expect(originOf(url)).toBe(origin);
  });

  it("cuts the fragment", () => {
    expect(withoutFragment("app://b/x?y#z")).toBe("app://b/x?y");
    expect(withoutFragment("app://b/x")).toBe("app://b/x");
  });
});
