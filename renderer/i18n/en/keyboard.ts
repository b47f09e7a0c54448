export const keyboard = {
  title: "Keyboard",
} as const;
