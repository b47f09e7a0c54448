export const offers = {
  region: "Incoming offers",
} as const;
