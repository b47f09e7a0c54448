/** The pages of a window, as its navigation and the application's menu call them. */
export const PAGE_NAMES = {
  send: "Send",
  transfers: "Transfers",
  history: "History",
  people: "People",
  devices: "Devices",
  settings: "Settings",
} as const;
