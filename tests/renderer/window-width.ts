/** What jsdom has no notion of: the width of the window, for what asks by a media query. */
let isNarrowNow = false;

export function setNarrow(isNarrow: boolean): void {
  isNarrowNow = isNarrow;
}

Object.assign(window, {
  matchMedia: () => ({
    matches: isNarrowNow,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }),
});
