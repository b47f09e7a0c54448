import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { picked } from "../../../tests/renderer/fixtures/scenarios.ts";
import {
  type PageOptions,
  type RenderedPage,
  renderPage,
} from "../../../tests/renderer/render-page.tsx";
import { PeoplePage } from "./people-page.tsx";

function page(options: PageOptions = {}): Promise<RenderedPage> {
  return renderPage(<PeoplePage />, { hash: "#/people", ...options });
}

function row(name: string): HTMLElement {
  const found = screen.getByText(name).closest("li");
  if (found === null) throw new Error("no row");
  return found;
}

async function choose({ user }: RenderedPage, name: string, item: string): Promise<void> {
  await user.click(within(row(name)).getByRole("button", { name: `Actions for ${name}` }));
  await user.click(screen.getByRole("menuitem", { name: item }));
}

describe("people", () => {
  it("those of the last offers come first, blocked ones last", async () => {
    await page();
    const list = screen.getByRole("list", { name: "People you know" });
    const names = within(list)
      .getAllByRole("button", { name: /^Actions/ })
      .map((button) => button.getAttribute("aria-label")?.replace("Actions for ", ""));
    expect(names).toEqual([
      ...["Alice", "Anna Wintermüller", "Another device of mine"],
      ...["Carol", "Office scanner", "Mallory"],
    ]);
  });

  it("a person is added by name and address; the own domain stands in for a missing one", async () => {
    const { user, asked } = await page();
    await user.click(screen.getByRole("button", { name: "Add person" }));
    const dialog = await screen.findByRole("dialog", { name: "Add person" });
    expect(document.activeElement).toBe(within(dialog).getByLabelText("Name"));
    await user.type(within(dialog).getByLabelText("Name"), "Dave");
    await user.type(within(dialog).getByLabelText("Address or number"), "dave{Enter}");
    expect(asked("people.save")).toEqual([
      { person: { aor: "sip:dave@b.example", name: "Dave", isMe: false, isBlocked: false } },
    ]);
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
    // The focus comes back with the frame after the dialog has gone.
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add person" }));
    });
    expect(screen.getByText("Dave")).toBeTruthy();
  });

  it.each([
    ["not an address", "This is neither an address nor a number."],
    ["sip:alice@a.example", "Alice has this address already."],
  ])("“%s” is refused with a reason", async (address, reason) => {
    const { user, asked } = await page();
    await user.click(screen.getByRole("button", { name: "Add person" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("Address or number"), address);
    await user.click(within(dialog).getByRole("button", { name: "Add" }));
    expect(within(dialog).getByText(reason)).toBeTruthy();
    expect(asked("people.save")).toEqual([]);
  });

  it("a rule to take offers without asking comes with a limit and a warning", async () => {
    const page_ = await page();
    await choose(page_, "Carol", "Edit");
    const dialog = await screen.findByRole("dialog", { name: "Edit Carol" });
    expect(within(dialog).queryByText(/Whoever uses this address/)).toBeNull();
    await page_.user.click(within(dialog).getByRole("checkbox", { name: /without asking/ }));
    expect(within(dialog).getByText(/Whoever uses this address/)).toBeTruthy();
    await page_.user.click(within(dialog).getByRole("button", { name: "Save" }));
    expect(page_.asked("people.save")).toEqual([
      {
        person: {
          aor: "sip:carol@b.example",
          name: "Carol",
          isMe: false,
          isBlocked: false,
          autoAccept: { maxSizeOctets: 50_000_000 },
        },
      },
    ]);
    expect(within(row("Carol")).getByText("Takes up to 50 MB")).toBeTruthy();
  });

  it("a changed address tells the old one", async () => {
    const page_ = await page();
    await choose(page_, "Carol", "Edit");
    const field = await screen.findByLabelText("Address or number");
    await page_.user.clear(field);
    await page_.user.type(field, "carol@c.example{Enter}");
    expect(page_.asked("people.save")).toMatchObject([
      { person: { aor: "sip:carol@c.example" }, was: "sip:carol@b.example" },
    ]);
  });

  it("blocking keeps the rest and can be taken back", async () => {
    const page_ = await page();
    await choose(page_, "Anna Wintermüller", "Block");
    expect(page_.asked("people.save")).toMatchObject([
      { person: { isBlocked: true, autoAccept: { maxSizeOctets: 50_000_000 } } },
    ]);
    expect(within(row("Anna Wintermüller")).getByText("Blocked")).toBeTruthy();
    expect(
      within(row("Anna Wintermüller")).queryByRole("button", { name: /^Send files/ }),
    ).toBeNull();
    await choose(page_, "Anna Wintermüller", "Unblock");
    expect(page_.asked("people.save").at(-1)).toMatchObject({ person: { isBlocked: false } });
  });

  it("removing asks first", async () => {
    const page_ = await page();
    await choose(page_, "Carol", "Remove");
    const dialog = await screen.findByRole("alertdialog", { name: "Remove Carol?" });
    expect(page_.asked("people.remove")).toEqual([]);
    await page_.user.click(within(dialog).getByRole("button", { name: "Remove" }));
    expect(page_.asked("people.remove")).toEqual([{ aor: "sip:carol@b.example" }]);
  });

  it("leads to sending and to the history", async () => {
    const page_ = await page();
    await page_.user.click(screen.getByRole("button", { name: "Send files to Carol" }));
    expect(window.location.hash).toBe("#/send?to=sip%3Acarol%40b.example");
    await choose(page_, "Carol", "Show history");
    expect(window.location.hash).toBe("#/history?peer=sip%3Acarol%40b.example");
  });

  it("files dropped on a person are sent at once", async () => {
    const plan = picked("plan.pdf", 10);
    const { asked } = await page({ picks: [plan] });
    const dataTransfer = { types: ["Files"], files: [new File(["x"], "plan.pdf")] };
    fireEvent.drop(row("Carol"), { dataTransfer });
    await waitFor(() => {
      expect(asked("offer.send")).toEqual([{ to: ["sip:carol@b.example"], paths: [plan.path] }]);
    });
  });

  it("a search that finds nobody can be cleared", async () => {
    const { user } = await page();
    await user.type(screen.getByRole("searchbox"), "zoe");
    expect(screen.getByText("No match for “zoe”.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Show everybody" }));
    expect(screen.getByText("Carol")).toBeTruthy();
  });

  it("without anybody there is one sentence and one action; users of the network can be kept", async () => {
    const { user, asked } = await page({ app: { people: [] } });
    expect(screen.getByText("Add someone by name or sip: address.")).toBeTruthy();
    const [keep] = screen.getAllByRole("button", { name: "Add to people" });
    if (keep === undefined) throw new Error("nobody on the network");
    await user.click(keep);
    expect(asked("people.save")).toEqual([
      { person: { aor: "sip:alice@a.example", name: "Alice", isMe: false, isBlocked: false } },
    ]);
  });
});
