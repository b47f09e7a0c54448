export const keyboard = {
  title: "Keyboard shortcuts",
  close: "Close",
  isOff: "(off)",
  singleKeys: "Single letters act while a list has the focus, and can be turned off.",
  change: "Change",
} as const;
