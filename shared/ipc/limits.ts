/** Files that may be chosen for one send. */
export const MAX_PICKED = 5000;
/** RFC 5547 file-icon as architecture.md, decision 7, limits it. */
export const MAX_ICON_OCTETS = 20_000;
