import { expect, test } from "@playwright/test";
import { AppWindow, answer, expectReceived } from "../support/app-window.ts";
import { type Application, isOnline, Machine } from "../support/application.ts";
import { keepPictures } from "../support/lab.ts";

let machine: Machine;
let anna: Application;
let dora: Application;

test.beforeEach(async () => {
  test.setTimeout(180_000);
  machine = await Machine.make();
  anna = await machine.startUser("sip:anna@a.example", "anna");
  dora = await machine.start("dora");
});

test.afterEach(async () => {
  await keepPictures(test.info(), [anna.page, dora.page]);
  await machine.end();
});

/** Starts to share on this computer alone, and gives the link that was made for somebody. */
async function invited(name: string): Promise<string> {
  const { page } = anna;
  await page.evaluate(() => {
    window.location.hash = "#/settings?section=network";
  });
  await page.getByRole("button", { name: /Where others reach you/ }).click();
  await page.getByRole("option", { name: "127.0.0.1 · this computer only" }).click();
  await page.getByRole("textbox", { name: "Name of the network" }).fill("Anna's lab");
  await page.getByRole("button", { name: "Start sharing" }).click();
  const field = page.getByRole("textbox", { name: "Invite someone" });
  await expect(field).toBeVisible({ timeout: 60_000 });
  await isOnline(page);
  await expect(page.getByText("You share Anna's lab with people nearby")).toBeVisible();
  await field.fill(name);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: `Invitation for ${name}` });
  await expect(dialog.getByRole("img", { name: /^QR code/ })).toBeVisible();
  const link = await dialog.getByText(/^cpm:join\?/).textContent();
  await dialog.getByRole("button", { name: "Done" }).click();
  return link ?? "";
}

async function join(link: string): Promise<void> {
  const { page } = dora;
  await page.getByRole("radio", { name: /Join people nearby/ }).check({ force: true });
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("textbox", { name: "Link" }).fill(link);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("Anna's lab")).toBeVisible();
  await page.getByRole("button", { name: "Join", exact: true }).click();
}

/** A file from one to the other, verified on both sides. */
async function send(from: Application, to: Application, address: string, name: string) {
  const [sender, receiver] = [from, to].map((one) => new AppWindow(one, machine.folder));
  const path = await machine.file(name, `what ${name} holds `.repeat(50_000));
  await sender?.ask("offer.send", { to: [address], paths: [path] });
  const offer = receiver?.offer(/wants to send you/);
  if (offer === undefined || sender === undefined) throw new Error("no window");
  await offer.waitFor({ timeout: 30_000 });
  await answer(offer.getByRole("button", { name: /^Accept/ }));
  for (const { page } of [from, to])
    await expect.poll(() => stateOf(page), { timeout: 30_000 }).toBe("verified");
  const { settings } = (await (receiver ?? sender).ask("app.snapshot", {})).app;
  await expectReceived(new AppWindow(to, settings.receiveFolder), path);
  const [card] = await sender.cards();
  expect(card?.isEncrypted).toBe(true);
}

async function stateOf(page: Application["page"]): Promise<string | undefined> {
  const [card] = await new AppWindow({ ...anna, page }, "").cards();
  return card?.state;
}

test("shared from one window, joined from another by link: files both ways", async () => {
  const link = await invited("Dora");
  await join(link);
  await isOnline(dora.page);
  await expect(dora.page.getByRole("contentinfo")).toContainText("Network: Anna's lab");
  await expect(anna.page.getByText("dora@b.example · online")).toBeVisible();
  await send(anna, dora, "sip:dora@b.example", "to-dora.txt");
  await send(dora, anna, "sip:anna@a.example", "to-anna.txt");
});

test("a link that names another certificate is refused, and so is one of somebody removed", async () => {
  const link = await invited("Dora");
  const other = link.replace(/fp=[0-9A-F]{4}/, "fp=0BAD");
  await join(other);
  const alert = dora.page.getByRole("alert");
  await expect(alert).toContainText("could not prove who it is", { timeout: 30_000 });
  await dora.page.getByRole("button", { name: "Back" }).click();

  await anna.page.getByRole("button", { name: "Actions for Dora" }).click();
  await anna.page.getByRole("menuitem", { name: "Remove…" }).click();
  await anna.page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(anna.page.getByText("dora@b.example")).toBeHidden();
  await join(link);
  await expect(alert).toContainText("This link does not work any more", { timeout: 30_000 });
});
