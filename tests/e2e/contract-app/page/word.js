export const word = "ready";
