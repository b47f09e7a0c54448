import { expect, type Locator, test } from "@playwright/test";
import { POSES } from "../renderer/shots/poses.ts";
import { sharedGallery } from "./support/gallery.ts";

/** States A to K of an offer, as they are called in the design. */
const OFFERS: Readonly<Record<string, string>> = {
  "A ringing": "offer-ringing",
  "B partly selected": "offer-partly",
  "B nothing selected": "offer-nothing-ticked",
  "C accepting": "offer-accepting",
  "D accepted here": "offer-receiving",
  "E accepted on another device": "offer-elsewhere",
  "E accepted on a device without a name": "offer-elsewhereUnnamed",
  "E lost the race": "offer-lostRace",
  "F cancelled by the sender": "offer-cancelled",
  "G timed out": "offer-missed",
  "H failed verification": "offer-damaged",
  "I declined on another device": "offer-declinedElsewhere",
  "J no longer ringing": "offer-noLongerRinging",
  "K not possible": "offer-noRoom",
};

const LISTS: readonly string[] = ["transfers-all", "transfers-compact", "transfers-group"];

/** What a screen reader is given: roles, names and states, as text. `--update-snapshots` writes them anew. */
test.describe("the accessibility tree", () => {
  const gallery = sharedGallery();

  async function posed(name: string): Promise<void> {
    const pose = POSES.find((one) => one.name === name);
    if (pose === undefined) throw new Error(`no pose ${name}`);
    await gallery().pose(pose);
  }

  function same(locator: Locator, name: string): Promise<void> {
    return expect(locator).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
  }

  for (const [state, pose] of Object.entries(OFFERS))
    test(`of an offer: ${state}`, async () => {
      await posed(pose);
      const offers = gallery().page.getByRole("region", { name: "Incoming offers" });
      // What is pointed at does not leave by itself.
      await offers.hover();
      await same(offers, pose);
    });

  for (const pose of LISTS)
    test(`of the list of transfers: ${pose}`, async () => {
      await posed(pose);
      await same(gallery().page.getByRole("grid", { name: "Transfers" }), pose);
    });
});
