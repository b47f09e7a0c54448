import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { OFFERS } from "../../../tests/renderer/fixtures/offers.ts";
import { type RenderedPage, renderPage } from "../../../tests/renderer/render-page.tsx";
import { useAnnouncements } from "../../app/use-announcements.ts";
import { PageHeading } from "../../ui/page-heading.tsx";
import { OfferStack } from "./offer-stack.tsx";

vi.mock("./chime.ts", () => ({ playChime: () => undefined }));

let nowMs = 1000;

beforeEach(() => {
  nowMs = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});

function Page(): React.ReactNode {
  useAnnouncements();
  return (
    <>
      <PageHeading title="Page" />
      <button type="button">Elsewhere</button>
      <OfferStack />
    </>
  );
}

async function ring(...cards: readonly Card[]): Promise<RenderedPage> {
  const soon = cards.map((card) =>
    card.expiresMs === undefined ? card : { ...card, expiresMs: Date.now() + 168_000 },
  );
  return renderPage(<Page />, { cards: soon });
}

async function ringLongAgo(...cards: readonly Card[]): Promise<RenderedPage> {
  const page = await ring(...cards);
  nowMs += 700;
  return page;
}

function button(name: RegExp | string): HTMLElement {
  return screen.getByRole("button", { name });
}

function tick(name: RegExp): HTMLElement {
  return within(screen.getByRole("row", { name })).getByRole("checkbox");
}

describe("ux 3.5 an offer that rings", () => {
  it("is a group with its sentence as name, in a region of its own, and takes no focus", async () => {
    await ring(OFFERS.ringing);
    const region = screen.getByRole("region", { name: "Incoming offers" });
    expect(
      within(region).getByRole("group", { name: "Alice wants to send you 3 files" }),
    ).toBeTruthy();
    expect(document.activeElement).toBe(document.body);
  });

  it("reads each file with its type and size", async () => {
    await ring(OFFERS.ringing);
    expect(screen.getByRole("row", { name: /plan\.pdf, PDF, 2\.1 megabytes/ })).toBeTruthy();
  });

  it("the button follows each tick, and says what the other user will see", async () => {
    const { user } = await ringLongAgo(OFFERS.ringing);
    expect(button("Accept 3 · 14.6 MB")).toBeTruthy();
    await user.click(tick(/IMG_2044/));
    expect(button("Accept 2 of 3 · 2.2 MB")).toBeTruthy();
    expect(screen.getByText("Alice will see that you did not take IMG_2044.jpg.")).toBeTruthy();
    await user.click(screen.getByRole("checkbox", { name: "All files" }));
    await user.click(screen.getByRole("checkbox", { name: "All files" }));
    const accept = button("Accept");
    expect(accept).toHaveProperty("disabled", true);
    expect(screen.getByText("Tick at least one file, or decline")).toBeTruthy();
  });

  it("accepts what is ticked, into the folder that is shown", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    await user.click(tick(/plan\.pdf/));
    await user.click(button(/^Accept 2/));
    expect(asked("offer.accept")).toEqual([
      {
        id: "offer",
        files: [{ index: 1 }, { index: 2, conflict: "keepBoth" }],
        folder: "/home/bob/Downloads/CPM",
      },
    ]);
    expect(screen.getByText("Accepting…")).toBeTruthy();
  });

  it("a press declines on all devices; the menu knows the other ways", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    await user.click(button("Ways to decline"));
    await user.click(screen.getByRole("menuitem", { name: /only on this device/ }));
    expect(asked("offer.decline")).toEqual([{ id: "offer", where: "here" }]);
  });

  it("says that it also rings elsewhere, and silences only here", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    expect(screen.getByText("Also ringing on your other device: Bob’s phone")).toBeTruthy();
    await user.click(button("Silence here"));
    expect(asked("offer.silence")).toEqual([{ id: "offer" }]);
    expect(screen.queryByRole("region", { name: "Incoming offers" })).toBeNull();
  });

  it("says that more offers wait, and nothing where none do", async () => {
    await ring(OFFERS.crowded);
    expect(screen.getByText(/^More offers are waiting/)).toBeTruthy();
    cleanup();
    await ring(OFFERS.one);
    expect(screen.queryByText(/^More offers are waiting/)).toBeNull();
  });

  it("a dangerous file is not ticked and says why", async () => {
    await ring(OFFERS.dangerous);
    expect(tick(/setup\.exe.*Can run programs/)).toHaveProperty("checked", false);
    expect(button("Accept 1 of 3 · 2.1 MB")).toBeTruthy();
  });

  it("K: without room the way on is another folder", async () => {
    await ring(OFFERS.noRoom);
    expect(screen.getByText("Alice offers 4.9 GB, only 3.2 GB are free.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Accept/ })).toBeNull();
    expect(button("Choose another folder…")).toBeTruthy();
  });
});

describe("ux 3.5 buttons do nothing for 600 ms after a card has come or moved", () => {
  it("a press that was meant for something else accepts nothing", async () => {
    const { user, asked } = await ring(OFFERS.one);
    nowMs += 599;
    await user.click(button(/^Accept/));
    expect(asked("offer.accept")).toEqual([]);
    nowMs += 1;
    await user.click(button(/^Accept/));
    expect(asked("offer.accept")).toHaveLength(1);
  });

  it("a stack that shifts makes them inert anew", async () => {
    const { user, asked, bridge } = await ringLongAgo(OFFERS.one);
    act(() => {
      bridge.addCard({ ...OFFERS.ringing, id: "second", startedMs: OFFERS.one.startedMs + 1 });
    });
    await user.click(button(/^Accept/));
    expect(asked("offer.accept")).toEqual([]);
    nowMs += 600;
    await user.click(button(/^Accept/));
    expect(asked("offer.accept")).toHaveLength(1);
  });
});

describe("ux 3.13 an offer by keyboard", () => {
  it("Ctrl+I goes to the oldest, Escape leaves it and MUST NOT decline", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    button("Elsewhere").focus();
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "i", ctrlKey: true });
    expect(document.activeElement?.getAttribute("data-offer")).toBe("offer");
    await user.keyboard("{Escape}");
    expect(document.activeElement).toBe(button("Elsewhere"));
    expect(asked("offer.decline")).toEqual([]);
    expect(screen.getByRole("region", { name: "Incoming offers" })).toBeTruthy();
  });

  it("0 ticks none, A ticks all, Ctrl+Enter accepts", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    screen.getByRole("checkbox", { name: "All files" }).focus();
    await user.keyboard("0");
    expect(button("Accept")).toHaveProperty("disabled", true);
    await user.keyboard("a");
    expect(button("Accept 3 · 14.6 MB")).toBeTruthy();
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(asked("offer.accept")).toHaveLength(1);
  });

  it("Ctrl+I and Ctrl+Enter accept without another key", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    await user.keyboard("{Control>}i{Enter}{/Control}");
    expect(asked("offer.accept")).toHaveLength(1);
  });

  it("after Accept the focus stays on the card", async () => {
    const { user } = await ringLongAgo(OFFERS.ringing);
    button(/^Accept/).focus();
    await user.keyboard("{Enter}");
    expect(document.activeElement).toBe(button("Cancel"));
  });

  it("an offer that ends takes no focus that it had not", async () => {
    const { bridge } = await ringLongAgo(OFFERS.ringing);
    button("Elsewhere").focus();
    act(() => {
      bridge.changeCard("offer", { state: "elsewhere" });
    });
    expect(document.activeElement).toBe(button("Elsewhere"));
  });

  it("Enter in another field never accepts", async () => {
    const { user, asked } = await ringLongAgo(OFFERS.ringing);
    button("Elsewhere").focus();
    await user.keyboard("{Enter}{Control>}{Enter}{/Control}");
    expect(asked("offer.accept")).toEqual([]);
  });
});

describe("ux 3.5 E to J: the same card says how it ended", () => {
  it.each([
    [OFFERS.elsewhere, "Bob’s phone took files of this offer from Alice."],
    [OFFERS.elsewhereUnnamed, "Another device of yours took files of this offer from Alice."],
    [OFFERS.lostRace, "Bob’s phone was a moment faster."],
    [OFFERS.cancelled, "Alice cancelled the offer."],
    [OFFERS.missed, "You missed 3 files from Alice."],
    [OFFERS.declinedElsewhere, "You declined the offer from Alice on another device."],
    [
      OFFERS.noLongerRinging,
      "The offer from Alice does not ring any more. Another device may have answered it.",
    ],
  ])("%#", async (ended, sentence) => {
    const { bridge } = await ring({ ...OFFERS.ringing, id: ended.id });
    act(() => {
      bridge.changeCard(ended.id, ended);
    });
    expect(screen.getByRole("group", { name: sentence })).toBeTruthy();
  });

  it("a missed one can be asked for again", async () => {
    const { bridge, user, asked } = await ring({ ...OFFERS.ringing, id: "missed" });
    act(() => {
      bridge.changeCard("missed", OFFERS.missed);
    });
    await user.click(button("Ask Alice to send again"));
    expect(asked("offer.askAgain")).toEqual([{ id: "missed" }]);
    expect(asked("card.dismiss")).toEqual([{ ids: ["missed"] }]);
  });

  it("one that was answered elsewhere leaves after 8 s, but not while it has the focus", async () => {
    const { bridge } = await ring({ ...OFFERS.ringing, id: "elsewhere" });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      act(() => {
        bridge.changeCard("elsewhere", OFFERS.elsewhere);
      });
      act(() => {
        button("Dismiss").focus();
      });
      act(() => {
        vi.advanceTimersByTime(20_000);
      });
      expect(button("Dismiss")).toBeTruthy();
      act(() => {
        button("Elsewhere").focus();
      });
      act(() => {
        vi.advanceTimersByTime(8000);
      });
      expect(screen.queryByRole("region", { name: "Incoming offers" })).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("ux 3.5 a card that is told of again meanwhile", () => {
  it("leaves at its time all the same", async () => {
    const { bridge } = await ring({ ...OFFERS.ringing, id: "elsewhere" });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      for (const device of ["Bob’s phone", "Bob’s tablet"]) {
        act(() => {
          bridge.changeCard("elsewhere", { ...OFFERS.elsewhere, device });
        });
        act(() => {
          vi.advanceTimersByTime(5000);
        });
      }
      expect(screen.queryByRole("region", { name: "Incoming offers" })).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("ux 3.16 an offer is announced", () => {
  it("urgently, once, with the keys that lead to it", async () => {
    const { bridge } = await ring();
    act(() => {
      bridge.addCard(OFFERS.ringing);
    });
    expect(document.querySelector("[data-announcer='assertive']")?.textContent).toBe(
      "Alice wants to send you 3 files, 14.6 megabytes. Press Ctrl+I to review.",
    );
  });
});

describe("an offer of more files than are listed", () => {
  it("says how many there are, and what becomes of the others", async () => {
    const { user } = await ringLongAgo(OFFERS.series);
    expect(screen.getByText("First 100 of 230 files")).toBeTruthy();
    expect(screen.getByText("Accepting all of these takes the other 130 too.")).toBeTruthy();
    expect(button(/^Accept 230 ·/)).toBeTruthy();
    await user.click(tick(/0001/));
    expect(screen.getByText("The other 130 files are asked for with the next offer.")).toBeTruthy();
    expect(button(/^Accept 99 of 100 ·/)).toBeTruthy();
  });
});

describe("WCAG 2.4.11 what has the focus is not covered", () => {
  /** The offers stand over this control; jsdom has no layout of its own. */
  function cover(control: HTMLElement): void {
    const region = screen.getByRole("region", { name: "Incoming offers" });
    control.getBoundingClientRect = () => new DOMRect(0, 0, 80, 30);
    control.scrollIntoView = () => undefined;
    document.elementFromPoint = () => region;
  }

  it("offers fold into one line, until they are wanted back as they were", async () => {
    const { user } = await ringLongAgo(OFFERS.ringing);
    await user.click(tick(/IMG_2044/));
    cover(button("Elsewhere"));
    await user.click(screen.getByRole("heading", { name: "Page" }));
    expect(screen.queryByRole("button", { name: "Review" })).toBeNull();
    act(() => {
      button("Elsewhere").focus();
    });
    const review = await screen.findByRole("button", { name: "Review" });
    expect(document.activeElement).toBe(button("Elsewhere"));
    nowMs += 700;
    await user.click(review);
    expect(screen.queryByRole("button", { name: "Review" })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("group"));
    expect(button(/^Accept 2 of 3/)).toBeTruthy();
  });
});
