/**
 * Comment of the 413 for octets that came and are not kept, be it for the disk or for what lies there already: which of
 * them is nobody's business but the receiver's. Told apart from a user who ends the file, who wants no more octets.
 */
export const NOT_KEPT = "not kept";
