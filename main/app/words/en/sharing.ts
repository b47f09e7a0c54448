/** Sharing a network with people nearby, and joining one. */
export const sharing = {
  badLink: "This is no link to join. Nothing was changed.",
  noAddress: "This computer has no address {address} now.",
  notStarted: "Sharing did not start at {address}.",
  noAccountName: "No account can be made for {name}.",
  nameTaken: "{address} has an account already.",
  noPerson: "{address} has no account here.",
  notSharing: "Nothing is shared from this window.",
  notStored: "The accounts could not be stored.",
  ended: "The network that you share has ended. Others cannot reach you now.",
  hostNotIn: "Sharing started, but this window could not come in.",
  networkOf: "{name}'s network",
} as const;
