import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { appState } from "../../../tests/renderer/fixtures/app.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { SettingsPage } from "./settings-page.tsx";

describe("ux 3.10 settings", () => {
  it("a change applies at once, and only what changed is asked", async () => {
    const { user, asked } = await renderPage(<SettingsPage />);
    await user.click(screen.getByRole("switch", { name: "Sound" }));
    await user.click(screen.getByRole("button", { name: /^.*Theme$/ }));
    await user.click(screen.getByRole("option", { name: "Dark" }));
    await user.click(screen.getByRole("button", { name: /Time to answer$/ }));
    await user.click(screen.getByRole("option", { name: "5 minutes" }));
    expect(asked("settings.change")).toEqual([
      { hasSound: false },
      { theme: "dark" },
      { ringTimeS: 300 },
    ]);
  });

  it("a row that is not at its default can be reset, others cannot", async () => {
    const { user, asked } = await renderPage(<SettingsPage />);
    expect(screen.queryByRole("button", { name: "Reset Theme" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Reset Colour" }));
    expect(asked("settings.change")).toEqual([{ colour: "blue" }]);
    await waitFor(() => {
      expect(screen.queryByRole("button", { name: "Reset Colour" })).toBeNull();
    });
  });

  it("a value that was set elsewhere is shown as it is", async () => {
    const { settings } = appState();
    await renderPage(<SettingsPage />, { app: { settings: { ...settings, ringTimeS: 77 } } });
    expect(screen.getByRole("button", { name: /^77 Time to answer$/ })).toBeTruthy();
  });

  it("names of user and device apply on Enter and are taken back by Escape", async () => {
    const { user, asked } = await renderPage(<SettingsPage />);
    const name = screen.getByRole("textbox", { name: "Your name" });
    await user.type(name, "by{Escape}");
    expect(name).toHaveProperty("value", "Bob");
    await user.type(name, "by{Enter}");
    expect(asked("account.rename")).toEqual([{ displayName: "Bobby", deviceName: "Bob’s laptop" }]);
  });

  it("the folder is chosen in the system's dialog; closing it changes nothing", async () => {
    const { user, asked, bridge } = await renderPage(<SettingsPage />);
    const choose = screen.getByRole("button", { name: "Choose" });
    await user.click(choose);
    bridge.answer("folder.choose", () => ({ ok: true, value: null }));
    await user.click(choose);
    expect(asked("folder.choose")[0]).toEqual({ current: "/home/bob/Downloads/CPM" });
    expect(asked("settings.change")).toEqual([{ receiveFolder: "/home/bob/Pictures" }]);
  });

  it("a search leaves what it finds, and says when that is nothing", async () => {
    const { user } = await renderPage(<SettingsPage />);
    const search = screen.getByRole("searchbox");
    await user.type(search, "tray");
    expect(screen.getAllByRole("switch")).toHaveLength(1);
    await user.clear(search);
    await user.type(search, "xyzzy");
    expect(screen.getByText("No match for “xyzzy”.")).toBeTruthy();
  });

  it("another page may ask for a section", async () => {
    await renderPage(<SettingsPage />, { hash: "#/settings?section=network" });
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Network" }));
  });
});

describe("ux 3.10 auto-accept", () => {
  it("lists the rules of all people; each can be changed and turned off", async () => {
    const { user, asked } = await renderPage(<SettingsPage />);
    const table = screen.getByRole("table");
    await user.click(within(table).getByRole("button", { name: /Largest offer from Anna/ }));
    await user.click(screen.getByRole("option", { name: "10 MB" }));
    await user.click(within(table).getByRole("button", { name: /Turn off the rule for Anna/ }));
    const anna = {
      aor: "sip:anna@a.example",
      name: "Anna Wintermüller",
      isMe: false,
      isBlocked: false,
    };
    expect(asked("people.save")).toEqual([
      { person: { ...anna, autoAccept: { maxSizeOctets: 10_000_000 } } },
      { person: anna },
    ]);
    expect(screen.getByText("Nobody. Every offer asks you first.")).toBeTruthy();
  });
});

describe("ux 3.10 network", () => {
  it("says who is signed in where, and signing out asks first", async () => {
    const { user, asked } = await renderPage(<SettingsPage />);
    expect(screen.getByText("Bob · bob@b.example")).toBeTruthy();
    expect(screen.getByText("Built-in network on this computer (127.0.0.1:5070)")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Sign out…" }));
    const dialog = await screen.findByRole("alertdialog");
    expect(asked("account.signOut")).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Sign out" }));
    expect(asked("account.signOut")).toEqual([{}]);
  });

  it("offline says why and can reconnect; a wrong password asks for it with the rest filled in", async () => {
    const { user, asked } = await renderPage(<SettingsPage />, {
      app: {
        registration: {
          name: "offline",
          code: "wrongPassword",
          reason: "The core did not accept your password.",
        },
      },
    });
    expect(screen.getByText("Offline. The core did not accept your password.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Reconnect" }));
    expect(asked("account.refresh")).toEqual([{}]);
    await user.click(screen.getByRole("button", { name: "Enter password…" }));
    expect(await screen.findByLabelText("Address")).toHaveProperty("value", "bob@b.example");
    expect(screen.getByLabelText("Server")).toHaveProperty("value", "127.0.0.1:5070");
  });

  it("connecting elsewhere has the form of the first run", async () => {
    const { user, asked } = await renderPage(<SettingsPage />);
    await user.click(screen.getByRole("button", { name: "Connect to a SIP core…" }));
    await user.type(await screen.findByLabelText("Address"), "bob@other.example{Enter}");
    expect(asked("account.connect")).toMatchObject([
      { aor: "sip:bob@other.example", server: "other.example", displayName: "Bob" },
    ]);
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
  });
});

describe("ux 3.10 about", () => {
  it("tells version and runtime", async () => {
    await renderPage(<SettingsPage />);
    expect(screen.getByText("Chromium 156 · linux")).toBeTruthy();
    expect(screen.getByText("0.1.0")).toBeTruthy();
  });
});
