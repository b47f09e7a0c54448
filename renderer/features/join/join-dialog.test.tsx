import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { JOIN, LINK } from "../../../tests/renderer/fixtures/sharing.ts";
import { type RenderedPage, renderPage } from "../../../tests/renderer/render-page.tsx";
import { JoinDialog } from "./join-dialog.tsx";

async function asked(): Promise<RenderedPage> {
  const page = await renderPage(<JoinDialog />);
  act(() => {
    page.bridge.emit("join.asked", { link: LINK, join: JOIN });
  });
  return page;
}

function button(name: string): HTMLElement {
  return screen.getByRole("button", { name });
}

describe("ux 3.2: a link to join that the system hands over", () => {
  it("is asked about with who hosts, where, and by which fingerprint, and nothing is done before", async () => {
    const { asked: requests } = await asked();
    const dialog = within(screen.getByRole("dialog", { name: "Join this network?" }));
    for (const text of ["Bob's network", "dora@b.example", "192.0.2.7:5061"])
      expect(dialog.getByText(text)).toBeTruthy();
    expect(dialog.getByText("29:72:BB:04:4D:96:DF:28…")).toBeTruthy();
    expect(document.body.textContent).not.toContain("Zm9vYmFyYmF6cXV1eA");
    expect(requests("join.accept")).toEqual([]);
  });

  it("joins with the link as it came, under the names that were written", async () => {
    const { asked: requests, user } = await asked();
    const name = screen.getByRole("textbox", { name: "Your name" });
    await user.clear(name);
    await user.type(name, "Dora R.");
    await user.click(button("Join"));
    expect(requests("join.accept")).toEqual([
      { link: LINK, displayName: "Dora R.", deviceName: "Bob’s laptop" },
    ]);
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
  });

  it("does nothing when it is cancelled", async () => {
    const { asked: requests, user } = await asked();
    await user.click(button("Cancel"));
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(requests("join.accept")).toEqual([]);
  });

  it("does not change under the hand by a second link", async () => {
    const { bridge } = await asked();
    act(() => {
      bridge.emit("join.asked", { link: LINK, join: { ...JOIN, server: "203.0.113.9:5061" } });
    });
    expect(screen.getByText("192.0.2.7:5061")).toBeTruthy();
    expect(screen.queryByText("203.0.113.9:5061")).toBeNull();
  });

  it("says that the window leaves where it is", async () => {
    await asked();
    expect(screen.getByText(/^This window signs out of bob@b\.example/)).toBeTruthy();
  });

  it.each([
    ["wrongPassword", /^This link does not work any more/],
    ["noAnswer", /^The computer at 192\.0\.2\.7:5061 does not answer/],
    ["storage", /^The disk is full\. Free some space\.$/],
  ] as const)("that fails with %s says so and can be tried again", async (code, text) => {
    const { bridge, user } = await asked();
    const action = "Free some space.";
    bridge.fail("join.accept", { code, message: "The disk is full.", action });
    await user.click(button("Join"));
    const alert = await screen.findByRole("alert");
    expect(within(alert).getByText(text)).toBeTruthy();
    bridge.answer("join.accept", () => ({ ok: true, value: null }));
    await user.click(button("Join"));
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
  });
});

describe("ux 3.2: a link that is pasted", () => {
  async function pasted(text: string): Promise<RenderedPage> {
    const page = await renderPage(<JoinDialog />);
    act(() => {
      page.stores.window.getState().askJoin({});
    });
    await page.user.click(screen.getByRole("textbox", { name: "Link" }));
    await page.user.paste(text);
    await page.user.click(button("Continue"));
    return page;
  }

  it("is read without the breaks of a mail, and then asked about", async () => {
    const { asked: requests } = await pasted(` ${LINK.slice(0, 40)} ${LINK.slice(40)} `);
    expect(requests("join.look")).toEqual([{ link: LINK }]);
    expect(await screen.findByRole("dialog", { name: "Join this network?" })).toBeTruthy();
    expect(requests("join.accept")).toEqual([]);
  });

  it("and is none, is told, and another one can be pasted", async () => {
    const { user } = await pasted("cpm:join?nothing");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("This is no link to join.");
    await user.type(screen.getByRole("textbox", { name: "Link" }), "x");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("is missed when there is none", async () => {
    const { asked: requests } = await pasted(" ");
    expect(screen.getByText("Paste the link first.")).toBeTruthy();
    expect(requests("join.look")).toEqual([]);
  });
});
