import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { parseSavedPlace, placePrompt, placeWindow } from "./window-place.ts";

const LEFT = { x: 0, y: 0, width: 1920, height: 1040 };
const RIGHT = { x: 1920, y: 0, width: 1280, height: 984 };

describe("where the main window opens", () => {
  it("has the size of the design on a first start, and the system's place", () => {
    expect(placeWindow(undefined, [LEFT])).toEqual({ width: 1080, height: 720 });
  });

  it("is where it was, on either screen", () => {
    const wanted = { x: 2000, y: 100, width: 800, height: 700 };
    expect(placeWindow(wanted, [LEFT, RIGHT])).toEqual(wanted);
  });

  it("comes back to a screen that is there when its own is gone", () => {
    const wanted = { x: 2000, y: 100, width: 800, height: 700 };
    expect(placeWindow(wanted, [LEFT])).toEqual({ width: 800, height: 700 });
  });

  it("is pushed in from an edge", () => {
    const wanted = { x: 1500, y: -30, width: 800, height: 700 };
    expect(placeWindow(wanted, [LEFT])).toEqual({ x: 1120, y: 0, width: 800, height: 700 });
  });

  it("is never smaller than what still works, nor larger than the screen", () => {
    expect(placeWindow({ x: 0, y: 0, width: 10, height: 10 }, [LEFT])).toMatchObject({
      width: 380,
      height: 560,
    });
    expect(placeWindow({ x: 0, y: 0, width: 9000, height: 9000 }, [LEFT])).toEqual({
      x: 0,
      y: 0,
      width: 1920,
      height: 1040,
    });
  });

  it("can be taken hold of, wherever it was", () => {
    const number = fc.integer({ min: -5000, max: 9000 });
    const size = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(number, number, size, size, (x, y, width, height) => {
        const place = placeWindow({ x, y, width, height }, [LEFT, RIGHT]);
        if (place.x === undefined || place.y === undefined) return;
        const isOnScreen = [LEFT, RIGHT].some(
          (area) =>
            (place.x ?? 0) >= area.x &&
            (place.y ?? 0) >= area.y &&
            (place.x ?? 0) + place.width <= area.x + area.width &&
            (place.y ?? 0) + place.height <= area.y + area.height,
        );
        expect(isOnScreen).toBe(true);
      }),
    );
  });
});

describe("where the prompt for offers opens", () => {
  it("is bottom-right of the work area", () => {
    expect(placePrompt(400, 260, LEFT)).toEqual({ x: 1504, y: 764, width: 400, height: 260 });
  });

  it("is never higher than the screen", () => {
    expect(placePrompt(400, 4000, LEFT)).toMatchObject({ y: 16, height: 1008 });
  });
});

describe("a remembered window", () => {
  const place = { x: 1, y: 2, width: 3, height: 4, isMaximized: false };

  it("is read back", () => {
    expect(parseSavedPlace(JSON.stringify(place))).toEqual(place);
  });

  it.each(["", "{", "null", "[]", '{"x":1}', JSON.stringify({ ...place, x: 1e9 }), '"x"'])(
    "is forgotten when its file says %s",
    (text) => {
      expect(parseSavedPlace(text)).toBeUndefined();
    },
  );
});
