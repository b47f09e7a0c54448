import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Card, CardFile } from "../../../shared/model/card.ts";
import { NOW_MS } from "../../../tests/renderer/fixtures/app.ts";
import {
  type PageOptions,
  type RenderedPage,
  renderPage,
} from "../../../tests/renderer/render-page.tsx";
import { HistoryPage } from "./history-page.tsx";

const HOUR_MS = 3_600_000;

function file(name: string, more: Partial<CardFile> = {}): CardFile {
  return {
    index: 0,
    name,
    type: "application/pdf",
    sizeOctets: 2_100_000,
    state: "verified",
    octets: 2_100_000,
    isDangerous: false,
    isNameTaken: false,
    path: `/home/bob/Downloads/CPM/${name}`,
    ...more,
  };
}

function card(id: string, more: Partial<Card> = {}): Card {
  return {
    id,
    direction: "incoming",
    peer: "sip:alice@a.example",
    peerName: "Alice",
    state: "verified",
    files: [file(`${id}.pdf`)],
    startedMs: NOW_MS - HOUR_MS,
    endedMs: NOW_MS - HOUR_MS + 4000,
    ...more,
  };
}

function page(history: readonly Card[], options: PageOptions = {}): Promise<RenderedPage> {
  return renderPage(<HistoryPage />, { history, ...options });
}

function row(name: RegExp): HTMLElement {
  const found = screen.getByText(name).closest<HTMLElement>("[role=row]");
  if (found === null) throw new Error("no row");
  return found;
}

async function openMenu({ user }: RenderedPage, name: RegExp): Promise<void> {
  await user.click(within(row(name)).getByRole("button", { name: /^Actions/ }));
}

async function menu(page_: RenderedPage, name: RegExp, item: string): Promise<void> {
  await openMenu(page_, name);
  await page_.user.click(screen.getByRole("menuitem", { name: item }));
}

describe("ux 3.7 the list", () => {
  it("both directions, by day, newest first", async () => {
    await page([
      card("new"),
      card("sent", { direction: "outgoing", peerName: "Carol", startedMs: NOW_MS - 2 * HOUR_MS }),
      card("old", { startedMs: NOW_MS - 50 * HOUR_MS }),
    ]);
    await screen.findByText("new.pdf");
    const days = screen.getAllByRole("heading", { level: 2 }).map((day) => day.textContent);
    expect(days).toEqual(["Thursday, November 12", "Tuesday, November 10"]);
    expect(within(row(/sent.pdf/)).getByText(/to Carol/)).toBeTruthy();
    expect(within(row(/new.pdf/)).getByText("Received · verified")).toBeTruthy();
  });

  it("what was sent says when it was opened over there", async () => {
    const startedMs = NOW_MS - HOUR_MS;
    await page([
      card("x", { direction: "outgoing", startedMs, seenMs: startedMs + 60_000 }),
      card("y", { direction: "outgoing", startedMs, seenMs: startedMs + 24 * HOUR_MS }),
    ]);
    expect(within(await rowOf(/x.pdf/)).getByText(/ · opened there \d+:\d+ [AP]M$/)).toBeTruthy();
    expect(within(row(/y.pdf/)).getByText(/ · opened there Nov 13, 2026/)).toBeTruthy();
  });

  it("a moved file is found where the user points", async () => {
    const gone = card("gone", { files: [file("gone.pdf", { isGone: true })] });
    const shown = await page([gone]);
    shown.bridge.answer("file.locate", () => ({
      ok: true,
      value: { ...gone, files: [file("gone.pdf", { path: "/home/bob/gone.pdf" })] },
    }));
    await rowOf(/gone.pdf/);
    await shown.user.click(within(row(/gone.pdf/)).getByRole("button", { name: "Show files" }));
    await shown.user.click(screen.getByRole("button", { name: "Find gone.pdf" }));
    expect(shown.asked("file.locate")).toEqual([{ id: "gone", index: 0 }]);
    expect(await screen.findByRole("button", { name: "Open" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Find gone.pdf" })).toBeNull();
  });

  it("a file set aside as damaged is settled where it stands, and is not opened", async () => {
    const path = "/home/bob/Downloads/CPM/bad.pdf.damaged";
    const damaged = file("bad.pdf", { state: "damaged", path });
    const bad = card("bad", { state: "damaged", files: [damaged] });
    const shown = await page([bad]);
    shown.bridge.answer("file.settle", ({ what }) => ({
      ok: true,
      value: { ...bad, files: [file("bad.pdf", { state: "complete", reason: what })] },
    }));
    await rowOf(/bad.pdf/);
    await openMenu(shown, /bad.pdf/);
    expect(screen.getByRole("menuitem", { name: "Open" }).ariaDisabled).toBe("true");
    await shown.user.keyboard("{Escape}");
    await shown.user.click(within(row(/bad.pdf/)).getByRole("button", { name: "Show files" }));
    const files = within(screen.getByRole("list", { name: "Files of this entry" }));
    expect(files.queryByRole("button", { name: "Open" })).toBeNull();
    expect(files.getByRole("button", { name: "Delete" })).toBeTruthy();
    await shown.user.click(files.getByRole("button", { name: "Keep anyway…" }));
    await shown.user.click(await screen.findByRole("button", { name: "Keep it as bad.pdf" }));
    expect(shown.asked("file.settle")).toEqual([{ id: "bad", index: 0, what: "keep" }]);
    expect(await screen.findByRole("button", { name: "Open" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Delete" })).toBeNull();
  });

  it("an offer that another device took names the device", async () => {
    await page([card("x", { state: "elsewhere", device: "Bob’s phone" })]);
    expect(within(await rowOf(/x.pdf/)).getByText(/on Bob’s phone/)).toBeTruthy();
    expect(within(row(/x.pdf/)).getByText("Accepted on another device")).toBeTruthy();
  });

  it("a file that lies no longer where it lay is told, and cannot be opened", async () => {
    const page_ = await page([card("x", { files: [file("x.pdf", { isGone: true })] })]);
    expect(within(await rowOf(/x.pdf/)).getByText(/not found at its place/)).toBeTruthy();
    await openMenu(page_, /x.pdf/);
    expect(screen.getByRole("menuitem", { name: "Open" }).getAttribute("aria-disabled")).toBe(
      "true",
    );
  });

  it("an empty history leads to the first offer", async () => {
    const { user } = await page([]);
    expect(await screen.findByText("What you send and receive is listed here.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Send files" }));
    expect(window.location.hash).toBe("#/send");
  });

  it("a history that cannot be read says so and can be asked again", async () => {
    const page_ = await page([card("x")]);
    page_.bridge.fail("history.list", { code: "internal", message: "The database is locked." });
    await page_.user.type(screen.getByRole("searchbox"), "x");
    expect((await screen.findByRole("alert")).textContent).toContain("The database is locked.");
    page_.bridge.answer("history.list", () => ({
      ok: true,
      value: { cards: [card("again")], hasMore: false },
    }));
    await page_.user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("again.pdf")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("what is sent or received meanwhile appears", async () => {
    const { bridge } = await page([card("old")]);
    await screen.findByText("old.pdf");
    bridge.addCard(card("fresh", { startedMs: NOW_MS }));
    expect(await screen.findByText("fresh.pdf")).toBeTruthy();
  });

  it("an entry that cannot be forgotten stays, and why is told", async () => {
    const page_ = await page([card("old")]);
    await screen.findByText("old.pdf");
    page_.bridge.fail("history.forget", { code: "storage", message: "The disk is full." });
    await menu(page_, /old.pdf/, "Forget");
    await waitFor(() => {
      expect(page_.stores.window.getState().failures).toMatchObject([
        { message: "The disk is full." },
      ]);
    });
    expect(screen.getByText("old.pdf")).toBeTruthy();
  });

  it("what the filters leave out is asked for when it begins or ends, and not with every change", async () => {
    const other = card("other", { direction: "outgoing", state: "transferring" });
    const { bridge, user, asked } = await page([card("old")], { cards: [other] });
    await screen.findByText("old.pdf");
    await user.click(screen.getByRole("button", { name: /Direction$/ }));
    await user.click(screen.getByRole("option", { name: "Received" }));
    await waitFor(() => {
      expect(screen.queryByText("other.pdf")).toBeNull();
    });
    const before = asked("history.list").length;
    for (const octets of [10, 20, 30])
      bridge.changeCard("other", { files: [file("other.pdf", { octets })] });
    bridge.changeCard("other", { state: "verified" });
    expect(asked("history.list").length - before).toBe(2);
  });
});

describe("ux 3.7 search and filters", () => {
  it("a search reaches main, and no match can be undone", async () => {
    const { user, asked } = await page([card("plan"), card("photo")]);
    await user.type(screen.getByRole("searchbox"), "iso");
    expect(await screen.findByText("No match for “iso”.")).toBeTruthy();
    expect(asked("history.list").at(-1)).toEqual({ limit: 100, text: "iso" });
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await screen.findByText("photo.pdf")).toBeTruthy();
  });

  it("each filter is asked of main", async () => {
    const { user, asked } = await page([card("x")]);
    const choose = async (name: string, option: string): Promise<void> => {
      await user.click(screen.getByRole("button", { name: new RegExp(`${name}$`) }));
      await user.click(screen.getByRole("option", { name: option }));
    };
    await choose("Direction", "Sent");
    await choose("Result", "Failed");
    await choose("Person", "Carol");
    expect(asked("history.list").at(-1)).toEqual({
      limit: 100,
      direction: "outgoing",
      states: ["failed", "damaged", "interrupted"],
      peer: "sip:carol@b.example",
    });
  });

  it("another page opens it for one person", async () => {
    const { asked } = await page([card("x")], { hash: "#/history?peer=sip%3Aalice%40a.example" });
    await screen.findByText("x.pdf");
    expect(asked("history.list").at(-1)).toMatchObject({ peer: "sip:alice@a.example" });
  });

  it("Ctrl+F goes to the search", async () => {
    const { user } = await page([card("x")]);
    await user.keyboard("{Control>}f{/Control}");
    expect(document.activeElement).toBe(screen.getByRole("searchbox"));
  });

  it("older entries are read page by page, none twice", async () => {
    const many = Array.from({ length: 230 }, (_, at) =>
      card(`c${at}`, { startedMs: NOW_MS - at * 1000 }),
    );
    const { user, asked } = await page(many);
    await user.click(await screen.findByRole("button", { name: "Show older entries" }));
    await waitFor(() => {
      expect(asked("history.list").at(-1)).toEqual({
        limit: 100,
        before: { startedMs: NOW_MS - 99_000, id: "c99" },
      });
    });
    await user.click(await screen.findByRole("button", { name: "Show older entries" }));
    await waitFor(() => {
      expect(screen.queryByRole("button", { name: "Show older entries" })).toBeNull();
    });
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
  });
});

describe("ux 3.7 what can be done with an entry", () => {
  it("opens, shows in its folder, sends again, copies and forgets", async () => {
    const page_ = await page([card("got"), card("sent", { direction: "outgoing" })]);
    await screen.findByText("got.pdf");
    await menu(page_, /got.pdf/, "Open");
    await menu(page_, /got.pdf/, "Show in folder");
    await menu(page_, /got.pdf/, "Copy details");
    await menu(page_, /got.pdf/, "Forget");
    await waitFor(() => {
      expect(screen.queryByText("got.pdf")).toBeNull();
    });
    await menu(page_, /sent.pdf/, "Send again");
    const { asked } = page_;
    expect([asked("file.open"), asked("file.reveal")]).toEqual([
      [{ id: "got", index: 0 }],
      [{ id: "got", index: 0 }],
    ]);
    expect(JSON.stringify(asked("text.copy"))).toContain("got.pdf");
    expect(asked("history.forget")).toEqual([{ ids: ["got"] }]);
    expect(asked("card.retry")).toEqual([{ id: "sent" }]);
    await waitFor(() => {
      expect(window.location.hash).toBe("#/transfers?card=sent-again");
    });
  });

  it("asks to send again only what is nowhere", async () => {
    const page_ = await page([
      card("missed", { state: "missed" }),
      card("taken", { state: "elsewhere" }),
    ]);
    await screen.findByText("missed.pdf");
    await openMenu(page_, /taken.pdf/);
    expect(screen.queryByRole("menuitem", { name: /Ask Alice/ })).toBeNull();
    await page_.user.keyboard("{Escape}");
    await menu(page_, /missed.pdf/, "Ask Alice to send it again");
    expect(page_.asked("offer.askAgain")).toEqual([{ id: "missed" }]);
  });

  it("by keyboard: Enter opens, Shift+Enter shows the folder, Delete forgets", async () => {
    const { user, asked } = await page([card("got")]);
    (await rowOf(/got.pdf/)).focus();
    await user.keyboard("{Enter}");
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    await user.keyboard("{Delete}");
    expect([asked("file.open"), asked("file.reveal"), asked("history.forget")]).toEqual([
      [{ id: "got", index: 0 }],
      [{ id: "got", index: 0 }],
      [{ ids: ["got"] }],
    ]);
  });

  it("a file that can run programs is opened only after a second yes", async () => {
    const page_ = await page([
      card("setup", { files: [file("setup.exe", { isDangerous: true })] }),
    ]);
    page_.bridge.answer("file.open", ({ isConfirmed }) =>
      isConfirmed === true
        ? { ok: true, value: null }
        : { ok: false, error: { code: "dangerous", message: "" } },
    );
    await screen.findByText("setup.exe");
    await menu(page_, /setup.exe/, "Open");
    const dialog = await screen.findByRole("alertdialog", { name: "Open setup.exe?" });
    expect(document.activeElement).toBe(within(dialog).getByRole("button", { name: "Cancel" }));
    await page_.user.click(within(dialog).getByRole("button", { name: "Open anyway" }));
    expect(page_.asked("file.open").at(-1)).toEqual({ id: "setup", index: 0, isConfirmed: true });
  });

  it("the files of an entry show their fingerprints", async () => {
    const hash = `sha-256:${"ab".repeat(32)}`;
    const { user } = await page([card("x", { files: [file("x.pdf", { hash })] })]);
    await user.click(within(await rowOf(/x.pdf/)).getByRole("button", { name: "Show files" }));
    expect(screen.getByText(hash)).toBeTruthy();
  });
});

describe("ux 3.7 the whole history", () => {
  it("is forgotten only after the dialog has said what goes and what stays", async () => {
    const { user, asked } = await page([card("x")]);
    await screen.findByText("x.pdf");
    await user.click(screen.getByRole("button", { name: "More" }));
    await user.click(screen.getByRole("menuitem", { name: "Forget all…" }));
    const dialog = await screen.findByRole("alertdialog");
    expect(dialog.textContent).toContain("The files themselves");
    expect(asked("history.forgetAll")).toEqual([]);
    await user.click(within(dialog).getByRole("button", { name: "Forget all" }));
    expect(asked("history.forgetAll")).toEqual([{}]);
    expect(await screen.findByText("What you send and receive is listed here.")).toBeTruthy();
  });

  it("is written to a file of the user's choice", async () => {
    const { user, asked } = await page([card("x")]);
    await screen.findByText("x.pdf");
    await user.click(screen.getByRole("button", { name: "More" }));
    await user.click(screen.getByRole("menuitem", { name: /CSV/ }));
    expect(asked("history.export")).toEqual([{ format: "csv" }]);
    expect((await screen.findByRole("status")).textContent).toContain("/home/bob/history.csv");
  });
});

async function rowOf(name: RegExp): Promise<HTMLElement> {
  await screen.findByText(name);
  return row(name);
}
