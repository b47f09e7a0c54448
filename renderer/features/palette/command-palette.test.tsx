import { act, screen, waitFor, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it } from "vitest";
import { appState } from "../../../tests/renderer/fixtures/app.ts";
import {
  type PageOptions,
  type RenderedPage,
  renderPage,
} from "../../../tests/renderer/render-page.tsx";
import { usePlace } from "../../app/navigation.ts";
import { useWindowCommands } from "../../app/window-commands.ts";
import { JoinDialog } from "../join/join-dialog.tsx";
import { ShortcutsSheet } from "../keyboard/shortcuts-sheet.tsx";
import { SettingsPage } from "../settings/settings-page.tsx";
import { CommandPalette } from "./command-palette.tsx";

function Window(): ReactNode {
  useWindowCommands();
  const { page } = usePlace();
  return (
    <>
      <button type="button">Somewhere</button>
      <input aria-label="Text" />
      <CommandPalette />
      <JoinDialog />
      {page === "settings" ? <SettingsPage /> : null}
      <ShortcutsSheet />
    </>
  );
}

async function open(options: PageOptions = {}): Promise<RenderedPage> {
  const page = await renderPage(<Window />, options);
  screen.getByRole("button", { name: "Somewhere" }).focus();
  return page;
}

describe("ux 3.13 command palette", () => {
  it("Ctrl+K opens it, words find the command, Enter runs it", async () => {
    const { user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("dialog", { name: "Commands" });
    await user.keyboard("show hist{Enter}");
    await waitFor(() => {
      expect(window.location.hash).toBe("#/history");
    });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("asks for a link to join people nearby", async () => {
    const { user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("dialog");
    await user.keyboard("join people{Enter}");
    const dialog = await screen.findByRole("dialog", { name: "Join people nearby" });
    expect(within(dialog).getByLabelText("Link")).toBeTruthy();
  });

  it("leads to where the network is shared with people nearby, and the focus goes there", async () => {
    const { user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("dialog");
    await user.keyboard("share with{Enter}");
    await waitFor(() => {
      expect(document.activeElement).toBe(
        screen.getByRole("heading", { name: "Share with people nearby" }),
      );
    });
  });

  it("people and settings are found too", async () => {
    const { user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("dialog");
    await user.keyboard("carol");
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
      "Send files to CarolPerson",
      "Show the history with CarolPerson",
    ]);
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => {
      expect(window.location.hash).toBe("#/history?peer=sip%3Acarol%40b.example");
    });
  });

  it("offers nothing that nobody can do now, and no blocked person", async () => {
    const { user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("dialog");
    const names = screen.getAllByRole("option").map((option) => option.textContent);
    expect(names.some((name) => name.includes("Accept"))).toBe(false);
    expect(names.some((name) => name.includes("Mallory"))).toBe(false);
    await user.keyboard("xyzzy");
    expect(screen.getByText("No match for “xyzzy”.")).toBeTruthy();
  });

  it("Esc closes it and gives the focus back", async () => {
    const { user } = await open();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("dialog");
    await user.keyboard("{Escape}");
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole("button", { name: "Somewhere" }));
    });
  });
});

describe("ux 3.13 the sheet of shortcuts", () => {
  it("? opens it; keys are named as they stand on this system's keyboard", async () => {
    const { user } = await open();
    await user.keyboard("?");
    await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(screen.getByText("Ctrl+K")).toBeTruthy();
  });

  it("on macOS they have its signs", async () => {
    const { instance } = appState();
    const { user } = await open({ app: { instance: { ...instance, platform: "darwin" } } });
    await user.keyboard("?");
    expect(await screen.findByText("⌘K")).toBeTruthy();
  });

  it("? in a text is a question mark (WCAG 2.1.4)", async () => {
    const { user } = await open();
    await user.type(screen.getByLabelText("Text"), "?");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("single keys that are turned off do nothing, and the sheet says so", async () => {
    const { settings } = appState();
    const { user, stores } = await open({
      app: { settings: { ...settings, hasSingleKeys: false } },
    });
    await user.keyboard("?");
    expect(screen.queryByRole("dialog")).toBeNull();
    act(() => {
      stores.window.getState().show("shortcuts");
    });
    await screen.findByRole("dialog");
    expect(screen.getAllByText("(off)").length).toBeGreaterThan(0);
  });
});
