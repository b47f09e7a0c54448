/** Tells screen readers what happens to offers and transfers. */
export function useAnnouncements(): void {}
