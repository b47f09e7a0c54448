import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { PickedFile } from "../../../shared/model/app-state.ts";
import { appState } from "../../../tests/renderer/fixtures/app.ts";
import { picked } from "../../../tests/renderer/fixtures/scenarios.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { DropLayer } from "./drop-layer.tsx";
import { SendPage } from "./send-page.tsx";

const PLAN = picked("plan.pdf", 2_100_000, { type: "application/pdf" });
const NOTES = picked("notes.txt", 98_000, { type: "text/plain" });
const BIG = picked("big.iso", 4_900_000_000, { problem: { code: "tooLarge", isBlocking: true } });

function pageWith(picks: readonly PickedFile[]): ReturnType<typeof renderPage> {
  return renderPage(
    <>
      <SendPage />
      <DropLayer />
    </>,
    { picks, hash: "#/send" },
  );
}

function button(name: RegExp | string): HTMLElement {
  return screen.getByRole("button", { name });
}

function to(): HTMLElement {
  return screen.getByRole("combobox", { name: "To" });
}

function dropped(names: readonly string[]): { readonly dataTransfer: unknown } {
  const files = names.map((name) => new File(["x"], name));
  return { dataTransfer: { types: names.length > 0 ? ["Files"] : ["text/plain"], files } };
}

describe("ux 3.4 from nothing to an offer", () => {
  it("the button says at each moment what is missing and then what it does", async () => {
    const { user } = await pageWith([PLAN, NOTES]);
    expect(button("Add files to send")).toHaveProperty("disabled", true);
    await user.click(button("Choose files"));
    expect(button("Choose who gets 2 files")).toBeTruthy();
    await user.click(button("Carol"));
    expect(button("Send 2 files to Carol")).toBeTruthy();
  });

  it("without a person the button leads to the field for it", async () => {
    const { user } = await pageWith([PLAN]);
    await user.click(button("Choose files"));
    await user.click(button("Choose who gets 1 file"));
    expect(document.activeElement).toBe(to());
  });

  it("sends once, empties the form, selects the new card and shows the transfers", async () => {
    const { user, asked, stores } = await pageWith([PLAN, NOTES]);
    await user.click(button("Choose files"));
    await user.click(button("Alice"));
    await user.type(screen.getByRole("textbox", { name: /Message/ }), "The plan");
    await user.dblClick(button("Send 2 files to Alice"));
    expect(asked("offer.send")).toEqual([
      { to: ["sip:alice@a.example"], paths: [PLAN.path, NOTES.path], text: "The plan" },
    ]);
    await waitFor(() => {
      expect(window.location.hash).toBe("#/transfers");
    });
    expect(stores.window.getState().selected).toEqual(["sent-1-0"]);
    expect(button("Add files to send")).toBeTruthy();
  });

  it("a problem is told in its row and does not block the rest", async () => {
    const { user } = await pageWith([PLAN, BIG]);
    await user.click(button("Choose files"));
    await user.click(button("Alice"));
    const row = screen.getByRole("row", { name: /big.iso/ });
    expect(within(row).getByText("Larger than this network allows (2 GB)")).toBeTruthy();
    expect(screen.getByText("1 file · 2.1 MB")).toBeTruthy();
    expect(button("Send 1 file to Alice")).toBeTruthy();
  });

  it("more than fifty files get a hint and can still be sent", async () => {
    const many = Array.from({ length: 61 }, (_, at) => picked(`${at}.txt`, 10));
    const { user } = await pageWith(many);
    await user.click(button("Choose files"));
    expect(screen.getByText(/61 files is a lot for one offer/)).toBeTruthy();
    expect(button("Choose who gets 61 files")).toBeTruthy();
  });

  it("only rows in sight are drawn", async () => {
    const many = Array.from({ length: 3000 }, (_, at) => picked(`${at}.txt`, 10));
    const { user } = await pageWith(many);
    await user.click(button("Choose files"));
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
  });
});

describe("ux 3.4 who could not be offered the files", () => {
  const ERROR = { code: "badRecipient", message: "No one is registered as Carol." } as const;

  it("is told for each person; the person and the files stay", async () => {
    const { user, bridge } = await pageWith([PLAN]);
    bridge.answer("offer.send", () => ({
      ok: true,
      value: [
        { to: "sip:alice@a.example", ok: true, id: "card-1" },
        { to: "sip:carol@b.example", ok: false, error: ERROR },
      ],
    }));
    await user.click(button("Choose files"));
    await user.click(button("Alice"));
    await user.click(button("Carol"));
    await user.click(button("Send 1 file to Alice and Carol"));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Carol was not offered the files.");
    expect(alert.textContent).toContain(ERROR.message);
    expect(button("Send 1 file to Carol")).toBeTruthy();
    expect(window.location.hash).toBe("#/send");
  });

  it("a failure of the whole offer keeps everything", async () => {
    const { user, bridge } = await pageWith([PLAN]);
    bridge.fail("offer.send", { code: "notSignedIn", message: "You are offline." });
    await user.click(button("Choose files"));
    await user.click(button("Alice"));
    await user.click(button("Send 1 file to Alice"));
    expect((await screen.findByRole("alert")).textContent).toContain("You are offline.");
    expect(button("Send 1 file to Alice")).toBeTruthy();
  });
});

describe("ux 3.4 the field for people", () => {
  it("Enter takes the first suggestion, the arrow keys lead to the others", async () => {
    const { user } = await pageWith([]);
    await user.type(to(), "ann{Enter}");
    expect(button("Remove Anna Wintermüller")).toBeTruthy();
    await user.type(to(), "a{ArrowDown}{Enter}");
    expect(button("Remove Carol")).toBeTruthy();
    expect(to()).toHaveProperty("value", "");
  });

  it("Esc closes the suggestions and keeps what was typed", async () => {
    const { user } = await pageWith([]);
    await user.type(to(), "ann{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(to()).toHaveProperty("value", "ann");
  });

  it("a name alone gets the domain of the own account", async () => {
    const { user, asked } = await pageWith([PLAN]);
    await user.click(button("Choose files"));
    await user.type(to(), "dave{Enter}");
    await user.click(button("Send 1 file to Dave"));
    expect(asked("offer.send")).toMatchObject([{ to: ["sip:dave@b.example"] }]);
  });

  it("several addresses are taken at once; what is none of them stays and is told", async () => {
    const { user } = await pageWith([]);
    await user.click(to());
    await user.paste("carol; +49 30 555, not an address at all");
    expect(button("Remove Carol")).toBeTruthy();
    expect(button("Remove +4930555")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toContain("not an address at all");
    expect(to()).toHaveProperty("value", "not an address at all");
  });

  it("Backspace in the empty field removes the last person", async () => {
    const { user } = await pageWith([]);
    await user.click(button("Alice"));
    await user.click(to());
    await user.keyboard("{Backspace}");
    expect(screen.queryByRole("button", { name: "Remove Alice" })).toBeNull();
  });

  it("a blocked person is not offered", async () => {
    const { user } = await pageWith([]);
    await user.type(to(), "mallo");
    expect(screen.queryByRole("option", { name: /^Mallory mallory@b/ })).toBeNull();
  });
});

describe("ux 3.4 by keyboard", () => {
  it("Delete removes the file whose row has the focus", async () => {
    const { user } = await pageWith([PLAN, NOTES]);
    await user.click(button("Choose files"));
    screen.getByRole("row", { name: /plan.pdf/ }).focus();
    await user.keyboard("{Delete}");
    await waitFor(() => {
      expect(screen.queryByRole("row", { name: /plan.pdf/ })).toBeNull();
    });
    // The focus stays in the list, so that the next Delete removes the next file.
    expect(document.activeElement).toBe(screen.getByRole("row", { name: /notes.txt/ }));
  });

  it("Ctrl+O chooses files and Ctrl+V pastes them", async () => {
    const { user, asked } = await pageWith([PLAN]);
    await user.keyboard("{Control>}o{/Control}");
    await user.keyboard("{Control>}v{/Control}");
    expect([asked("files.choose").length, asked("files.paste").length]).toEqual([1, 1]);
    expect(await screen.findByText("plan.pdf is in this offer already.")).toBeTruthy();
  });
});

describe("ux 3.4 pasted", () => {
  it("files that are pasted into a text become files of the offer; text stays text", async () => {
    const { asked } = await pageWith([PLAN]);
    const message = screen.getByRole("textbox", { name: /Message/ });
    fireEvent.paste(message, { clipboardData: { types: ["text/plain"] } });
    expect(asked("files.paste")).toEqual([]);
    fireEvent.paste(message, { clipboardData: { types: ["Files"] } });
    expect(await screen.findByRole("row", { name: /plan.pdf/ })).toBeTruthy();
  });
});

describe("ux 3.4 dropped anywhere", () => {
  it("on the offer: the files are added", async () => {
    await pageWith([PLAN, NOTES]);
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    fireEvent.drop(screen.getByText("Add to this offer"), dropped(["plan.pdf"]));
    expect(await screen.findByRole("row", { name: /plan.pdf/ })).toBeTruthy();
    expect(screen.queryByText("Add to this offer")).toBeNull();
  });

  it("on a person: they are sent at once", async () => {
    const { asked } = await pageWith([PLAN]);
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    fireEvent.drop(screen.getByText("Send to Carol at once"), dropped(["plan.pdf"]));
    await waitFor(() => {
      expect(window.location.hash).toBe("#/transfers");
    });
    expect(asked("offer.send")).toEqual([{ to: ["sip:carol@b.example"], paths: [PLAN.path] }]);
  });

  it("on a person with a problem among the files: nothing is sent, and the page shows why", async () => {
    const { asked } = await pageWith([PLAN, BIG]);
    fireEvent.dragEnter(window, dropped(["plan.pdf", "big.iso"]));
    fireEvent.drop(screen.getByText("Send to Carol at once"), dropped(["plan.pdf", "big.iso"]));
    expect(await screen.findByText(/Not all of these can be sent to Carol/)).toBeTruthy();
    expect(asked("offer.send")).toEqual([]);
    expect(button("Send 1 file to Carol")).toBeTruthy();
  });

  it("what cannot be sent is refused with a reason while it is still in the hand", async () => {
    await pageWith([]);
    fireEvent.dragEnter(window, dropped([]));
    expect(screen.getByRole("status").textContent).toContain(
      "Only files and folders of this computer",
    );
  });

  it("also after a file was dragged out of the window, which the system does without an end", async () => {
    await pageWith([PLAN]);
    const row = document.body.appendChild(document.createElement("div"));
    row.addEventListener("dragstart", (event) => {
      event.preventDefault();
    });
    fireEvent.dragStart(row);
    // Over the window on its way out, it is still the window's own.
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    expect(screen.queryByText("Add to this offer")).toBeNull();
    fireEvent.dragLeave(window, { relatedTarget: null });
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    expect(screen.getByText("Add to this offer")).toBeTruthy();
    row.remove();
  });

  it("nor does one that was let go over the window hold the next one back", async () => {
    await pageWith([PLAN]);
    fireEvent.dragStart(document.body);
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    expect(screen.queryByText("Add to this offer")).toBeNull();
    fireEvent.pointerMove(document.body);
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    expect(screen.getByText("Add to this offer")).toBeTruthy();
  });

  it("the targets go when the drag leaves the window", async () => {
    await pageWith([]);
    fireEvent.dragEnter(window, dropped(["plan.pdf"]));
    fireEvent.dragLeave(window, { relatedTarget: null });
    expect(screen.queryByText("Add to this offer")).toBeNull();
  });
});

describe("a link or a second start hands something over", () => {
  it("it fills the page and sends nothing", async () => {
    const { stores, asked } = await pageWith([]);
    stores.window.getState().fillCompose({ to: "alice@a.example", files: [PLAN] });
    expect(await screen.findByRole("button", { name: "Send 1 file to Alice" })).toBeTruthy();
    expect([asked("offer.send"), stores.window.getState().composeFill]).toEqual([[], undefined]);
  });

  it("another page names the person", async () => {
    await renderPage(<SendPage />, { hash: "#/send?to=sip%3Aalice%40a.example" });
    expect(button("Remove Alice")).toBeTruthy();
    expect(window.location.hash).toBe("#/send");
  });
});

describe("ux 3.2 the first time", () => {
  it("one press opens the other device and fills the offer", async () => {
    const { user, asked } = await renderPage(<SendPage />, { picks: [PLAN], hash: "#/send" });
    await user.click(await screen.findByRole("button", { name: /^Open Alice’s phone/ }));
    expect(asked("device.open")).toEqual([
      { aor: "sip:alice@a.example", deviceName: "Alice’s phone" },
    ]);
    expect(await screen.findByRole("button", { name: "Send 1 file to Alice" })).toBeTruthy();
  });

  it("somebody of another network is proposed first, so that both networks are seen", async () => {
    const suggestions = [
      { aor: "sip:carol@b.example", name: "Carol" },
      { aor: "sip:alice@a.example", name: "Alice" },
    ];
    await renderPage(<SendPage />, { app: { suggestions } });
    expect(await screen.findByRole("button", { name: /^Open Alice’s phone/ })).toBeTruthy();
  });

  it("the card does not come in a window that was opened together with others", async () => {
    const instance = { ...appState().instance, isOneOfSet: true };
    const { asked } = await renderPage(<SendPage />, { app: { instance } });
    await waitFor(() => {
      expect(asked("history.list")).toHaveLength(1);
    });
    await act(() => Promise.resolve());
    expect(screen.queryByText("Try it with a second device")).toBeNull();
  });

  it("the card does not come on another network than the built-in one", async () => {
    const { account } = appState();
    if (account === undefined) throw new Error("the fixture is signed in");
    await renderPage(<SendPage />, { app: { account: { ...account, isBuiltIn: false } } });
    expect(screen.queryByText("Try it with a second device")).toBeNull();
  });
});
