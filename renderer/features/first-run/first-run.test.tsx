import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SignInFailureCode } from "../../../shared/model/app-state.ts";
import { type RenderedPage, renderPage } from "../../../tests/renderer/render-page.tsx";
import { english } from "../../i18n/messages.ts";
import { FirstRun } from "./first-run.tsx";

const FAILURES = english.firstRun.failures;
const CODES = Object.keys(FAILURES) as SignInFailureCode[];

function firstRun(): Promise<RenderedPage> {
  return renderPage(<FirstRun />, { isSignedOut: true });
}

function button(name: string): HTMLElement {
  return screen.getByRole("button", { name });
}

function field(name: string): HTMLInputElement {
  const found = screen.getByLabelText(name, { selector: "input" });
  if (!(found instanceof HTMLInputElement)) throw new Error(`${name} is no field`);
  return found;
}

async function connectForm(): Promise<RenderedPage> {
  const page = await firstRun();
  await page.user.click(screen.getByRole("radio", { name: /Connect to a SIP core/ }));
  await page.user.click(button("Continue"));
  return page;
}

async function fillIn({ user }: RenderedPage): Promise<void> {
  await user.type(field("Address"), "dave@home.example");
  await user.type(field("Password"), "secret");
}

describe("ux 3.2 first run", () => {
  it("with the defaults, one press of Start is all", async () => {
    const { user, asked } = await firstRun();
    await user.dblClick(button("Start"));
    expect(asked("account.tryHere")).toEqual([
      {
        displayName: "Alice",
        deviceName: "Alice’s laptop",
        colour: "violet",
        receiveFolder: "/home/bob/Downloads/CPM",
      },
    ]);
    await waitFor(() => {
      expect(window.location.hash).toBe("#/send");
    });
  });

  it("name, device, colour and folder can be changed first", async () => {
    const { user, asked } = await firstRun();
    await user.click(button("Change"));
    await user.clear(field("Your name"));
    await user.type(field("Your name"), "Zoë");
    await user.click(screen.getByRole("radio", { name: "Green" }));
    await user.click(button("Choose"));
    await user.click(button("Start"));
    expect(asked("account.tryHere")).toMatchObject([
      { displayName: "Zoë", colour: "green", receiveFolder: "/home/bob/Pictures" },
    ]);
  });

  it("whoever has a core in mind can still skip it", async () => {
    const { user, asked } = await firstRun();
    await user.click(screen.getByRole("radio", { name: /Connect to a SIP core/ }));
    await user.click(button("Skip, try it here"));
    expect(asked("account.tryHere")).toHaveLength(1);
  });

  it("a network that does not start is told, and Start can be pressed again", async () => {
    const { user, bridge, asked } = await firstRun();
    bridge.fail("account.tryHere", { code: "networkNotStarted", message: "" });
    await user.click(button("Start"));
    expect((await screen.findByRole("alert")).textContent).toContain(FAILURES.networkNotStarted);
    await user.click(button("Start"));
    expect(asked("account.tryHere")).toHaveLength(2);
  });
});

describe("ux 3.2 connecting to a SIP core", () => {
  it("asks for server, user, password and transport; the server is the address's domain unless given", async () => {
    const page = await connectForm();
    await fillIn(page);
    await page.user.click(button("Connect"));
    expect(page.asked("account.connect")).toEqual([
      {
        aor: "sip:dave@home.example",
        password: "secret",
        server: "home.example",
        transport: "tcp",
        displayName: "Alice",
        deviceName: "Alice’s laptop",
      },
    ]);
  });

  it("asks for a fingerprint with TLS alone, and connects by it", async () => {
    const page = await connectForm();
    await fillIn(page);
    expect(screen.queryByLabelText(/Fingerprint of/)).toBeNull();
    await page.user.click(screen.getByRole("button", { name: /Transport/ }));
    await page.user.click(screen.getByRole("option", { name: /TLS/ }));
    await page.user.type(field("Fingerprint of the server’s certificate"), "ab:cd");
    await page.user.click(button("Connect"));
    expect(page.asked("account.connect")).toEqual([]);
    await page.user.type(field("Fingerprint of the server’s certificate"), ":ef".repeat(30));
    await page.user.click(button("Connect"));
    expect(page.asked("account.connect")).toMatchObject([
      { transport: "tls", fingerprint: `AB:CD${":EF".repeat(30)}` },
    ]);
  });

  it("says which field cannot be right, puts the focus there and asks nobody", async () => {
    const page = await connectForm();
    await page.user.type(field("Address"), "dave");
    await page.user.click(button("Connect"));
    expect(screen.getByText(english.firstRun.missing.address)).toBeTruthy();
    expect(document.activeElement).toBe(field("Address"));
    expect(page.asked("account.connect")).toEqual([]);
  });

  it("a server that is no host is told before anybody is asked", async () => {
    const page = await connectForm();
    await fillIn(page);
    await page.user.type(field("Server"), "not a host");
    await page.user.click(button("Connect"));
    expect(screen.getByText(english.firstRun.missing.server)).toBeTruthy();
    expect(page.asked("account.connect")).toEqual([]);
  });

  it.each(CODES)("%s has a sentence of its own", async (code) => {
    const page = await connectForm();
    page.bridge.fail("account.connect", { code, message: "401" });
    await fillIn(page);
    await page.user.click(button("Connect"));
    expect((await screen.findByRole("alert")).textContent).toContain(FAILURES[code]);
  });

  it("a wrong password keeps everything else and leads to its field", async () => {
    const page = await connectForm();
    page.bridge.fail("account.connect", { code: "wrongPassword", message: "" });
    await fillIn(page);
    await page.user.keyboard("{Enter}");
    await screen.findByRole("alert");
    expect(document.activeElement).toBe(field("Password"));
    expect(field("Address").value).toBe("dave@home.example");
  });

  it("any other failure is told in main's words", async () => {
    const page = await connectForm();
    page.bridge.fail("account.connect", {
      code: "internal",
      message: "It broke.",
      action: "Retry.",
    });
    await fillIn(page);
    await page.user.click(button("Connect"));
    expect((await screen.findByRole("alert")).textContent).toContain("It broke. Retry.");
  });

  it("Back leads to the beginning", async () => {
    const page = await connectForm();
    await page.user.click(button("Back"));
    expect(screen.getByRole("heading", { name: "Welcome to CPM Courier" })).toBeTruthy();
  });
});
