import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { appState } from "../../../tests/renderer/fixtures/app.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { DevicesPage } from "./devices-page.tsx";

describe("ux 3.8 devices", () => {
  it("this window comes first; each says whether it is online or when it was", async () => {
    const devices = appState().devices.toReversed();
    await renderPage(<DevicesPage />, { app: { devices } });
    const rows = within(screen.getByRole("list", { name: "Devices of Bob" })).getAllByRole(
      "listitem",
    );
    expect(rows.map((row) => row.textContent.replace("Facts", ""))).toEqual([
      expect.stringMatching(/^Bob’s laptopthis windowonline since/),
      expect.stringMatching(/^Bob’s phoneonlineContact/),
      expect.stringMatching(/^Bob’s tabletlast seen (yesterday|Nov 11)/),
    ]);
  });

  it("the facts of a device are there for whoever looks for a fault", async () => {
    const { user, asked } = await renderPage(<DevicesPage />);
    await user.click(screen.getByRole("button", { name: "Facts of Bob’s laptop" }));
    expect(screen.getByText("sip:bob@127.0.0.1:5082;transport=tcp")).toBeTruthy();
    expect(screen.getByText("built-in network (127.0.0.1:5070)")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Copy" }));
    expect(JSON.stringify(asked("text.copy"))).toContain("urn:uuid:2f4f1c1e-0001");
  });

  it("says in words that this device is reached encrypted, and nothing of the kind without TLS", async () => {
    const { stores, user } = await renderPage(<DevicesPage />);
    await user.click(screen.getByRole("button", { name: "Facts of Bob’s laptop" }));
    const fact = (): string | null | undefined =>
      screen.getByText("Transport").nextElementSibling?.textContent;
    expect(fact()).toBe("TCP");
    const { registration } = appState();
    if (registration.name !== "online") throw new Error("the fixture is online");
    act(() => {
      stores.app.getState().change({ registration: { ...registration, transport: "tls" } });
    });
    expect(fact()).toBe("TLS, encrypted");
  });

  it("can be asked anew", async () => {
    const { user, asked } = await renderPage(<DevicesPage />);
    await user.click(screen.getByRole("button", { name: "Look again" }));
    expect(asked("account.refresh")).toEqual([{}]);
  });

  it("a new device opens for the user or another one, under a name that can be changed", async () => {
    const { user, asked } = await renderPage(<DevicesPage />);
    await user.click(screen.getByRole("button", { name: "New device" }));
    const dialog = await screen.findByRole("dialog", { name: "New device" });
    await user.click(within(dialog).getByRole("button", { name: /Whose device/ }));
    await user.click(screen.getByRole("option", { name: "Carol" }));
    expect(within(dialog).getByLabelText("Name of the device")).toHaveProperty(
      "value",
      "Carol’s phone",
    );
    await user.click(within(dialog).getByRole("button", { name: "Open" }));
    expect(asked("device.open")).toEqual([
      { aor: "sip:carol@b.example", deviceName: "Carol’s phone" },
    ]);
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
  });

  it("a device without a name is not opened, and a failure is told in the dialog", async () => {
    const { user, asked, bridge } = await renderPage(<DevicesPage />);
    bridge.fail("device.open", { code: "profileInUse", message: "Another window uses it." });
    await user.click(screen.getByRole("button", { name: "New device" }));
    const name = await screen.findByLabelText("Name of the device");
    await user.clear(name);
    await user.keyboard("{Enter}");
    expect(screen.getByText("Give the device a name.")).toBeTruthy();
    expect(asked("device.open")).toEqual([]);
    await user.type(name, "Bob’s watch{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("Another window uses it.");
  });

  it("on another network than the built-in one, devices are not opened from here", async () => {
    const { account } = appState();
    if (account === undefined) throw new Error("the fixture is signed in");
    await renderPage(<DevicesPage />, {
      app: { account: { ...account, isBuiltIn: false }, devices: appState().devices.slice(0, 1) },
    });
    expect(screen.getByText("Only this device.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "New device" })).toBeNull();
  });
});
