import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SharingState } from "../../../shared/model/sharing.ts";
import { CHOICES, LINK, SHARING } from "../../../tests/renderer/fixtures/sharing.ts";
import { type RenderedPage, renderPage } from "../../../tests/renderer/render-page.tsx";
import { SharingPanel } from "./sharing-panel.tsx";

async function shown(sharing?: SharingState): Promise<RenderedPage> {
  const page = await renderPage(
    <SharingPanel />,
    sharing === undefined ? {} : { app: { sharing } },
  );
  await screen.findByRole("heading", { name: "Share with people nearby" });
  return page;
}

function button(name: string | RegExp): HTMLElement {
  return screen.getByRole("button", { name });
}

describe("ux 3.10: sharing that is off", () => {
  it("starts at the address and under the name that stand there", async () => {
    const { user, asked } = await shown();
    const start = await screen.findByRole("button", { name: "Start sharing" });
    expect(button(/Where others reach you/).textContent).toContain("192.0.2.7 · wlan0");
    await user.click(start);
    expect(asked("sharing.start")).toEqual([{ address: "192.0.2.7", name: "Bob’s network" }]);
    expect(await screen.findByRole("button", { name: "Stop sharing…" })).toBeTruthy();
  });

  it("says how far each address reaches", async () => {
    const { user } = await shown();
    await user.click(await screen.findByRole("button", { name: /Where others reach you/ }));
    const options = screen.getAllByRole("option").map(({ textContent }) => textContent);
    expect(options).toEqual([
      "192.0.2.7 · wlan0",
      "169.254.7.9 · eth0, this cable or cell only",
      "127.0.0.1 · this computer only",
    ]);
  });

  it("says why it did not start", async () => {
    const { bridge, user } = await shown();
    const error = { code: "networkNotStarted", message: "It did not start.", action: "Wait." };
    bridge.fail("sharing.start", { ...error, code: "networkNotStarted" });
    await user.click(await screen.findByRole("button", { name: "Start sharing" }));
    expect((await screen.findByRole("alert")).textContent).toContain("It did not start. Wait.");
  });
});

describe("ux 3.10: sharing that is on", () => {
  it("invites by name, and shows link, code and what the link is worth once", async () => {
    const { user, asked } = await shown(SHARING);
    await user.type(screen.getByRole("textbox", { name: "Invite someone" }), " Dora ");
    await user.click(button("Invite"));
    expect(asked("sharing.invite")).toEqual([{ name: "Dora" }]);
    const dialog = within(await screen.findByRole("dialog", { name: "Invitation for Dora" }));
    expect(dialog.getByRole("img", { name: "QR code of the link for Dora" })).toBeTruthy();
    expect(dialog.getByText(/^The link is a password: whoever has it/)).toBeTruthy();
    expect(dialog.getByText(LINK)).toBeTruthy();
    await user.click(dialog.getByRole("button", { name: "Copy link" }));
    expect(asked("text.copy")).toEqual([{ text: LINK }]);
    await user.click(dialog.getByRole("button", { name: "Done" }));
    expect(screen.queryByText(LINK)).toBeNull();
    expect(screen.getByText("Dora")).toBeTruthy();
  });

  it("asks for a name", async () => {
    const { user, asked } = await shown(SHARING);
    await user.click(button("Invite"));
    expect(screen.getByText("Write a name.")).toBeTruthy();
    expect(asked("sharing.invite")).toEqual([]);
  });

  it("says who was there when, and has nothing to remove of its own user", async () => {
    await shown(SHARING);
    const people = within(screen.getByRole("list", { name: "People" }));
    expect(people.getByText("bob@b.example · You")).toBeTruthy();
    expect(people.getByText("alice@a.example · online")).toBeTruthy();
    expect(people.getByText("mallory@b.example · has not joined yet")).toBeTruthy();
    expect(people.queryByRole("button", { name: "Actions for Bob" })).toBeNull();
  });

  it.each([
    ["Remove…", "Remove", "sharing.remove"],
    ["New link…", "Make a new link", "sharing.renew"],
  ] as const)("%s asks first, with the answer that keeps it in front", async (entry, yes, name) => {
    const { user, asked } = await shown(SHARING);
    for (const answer of ["Keep", yes]) {
      await user.click(button("Actions for Alice"));
      await user.click(screen.getByRole("menuitem", { name: entry }));
      expect(document.activeElement?.textContent).toBe("Keep");
      await user.click(button(answer));
      expect(asked(name)).toEqual(answer === yes ? [{ aor: "sip:alice@a.example" }] : []);
    }
  });

  it("a new link is shown as the first one was", async () => {
    const { user } = await shown(SHARING);
    await user.click(button("Actions for Alice"));
    await user.click(screen.getByRole("menuitem", { name: "New link…" }));
    await user.click(button("Make a new link"));
    expect(await screen.findByRole("dialog", { name: "Invitation for Alice" })).toBeTruthy();
  });

  it("ends only after it was asked whether it is to", async () => {
    const { user, asked } = await shown(SHARING);
    await user.click(button("Stop sharing…"));
    await user.click(button("Go on"));
    expect(asked("sharing.stop")).toEqual([]);
    await user.click(button("Stop sharing…"));
    await user.click(button("Stop sharing"));
    expect(asked("sharing.stop")).toEqual([{}]);
    expect(await screen.findByRole("button", { name: "Start sharing" })).toBeTruthy();
  });
});

describe("ux 3.11: sharing that failed", () => {
  it("says why, and can be begun at another address or left off", async () => {
    const failure = { message: "This computer has no address 192.0.2.9 now.", action: "Choose." };
    const { user, asked } = await shown({
      ...{ ...SHARING, state: "failed", address: "192.0.2.9", people: [] },
      failure,
    });
    expect(screen.getByText("This computer has no address 192.0.2.9 now. Choose.")).toBeTruthy();
    await user.click(await screen.findByRole("button", { name: "Start sharing" }));
    await waitFor(() => {
      expect(asked("sharing.start")).toEqual([
        { address: CHOICES[0]?.address, name: SHARING.name },
      ]);
    });
  });
});
