import { test } from "@playwright/test";
import { GalleryPage } from "../../renderer/shots/gallery-page.ts";

/** One gallery for the tests of a describe block. @returns it, while they run */
export function sharedGallery(): () => GalleryPage {
  let gallery: GalleryPage | undefined;
  test.beforeAll(async () => {
    test.setTimeout(60_000);
    gallery = await GalleryPage.open();
  });
  test.afterAll(() => gallery?.close());
  return () => {
    if (gallery === undefined) throw new Error("the gallery is open only while a test runs");
    return gallery;
  };
}
