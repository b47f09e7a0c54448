/** Who the user is, on what device, and why the network does not take it. */
export const account = {
  wrongPassword: "The core did not accept your password.",
  unknownUser: "The core does not know {address}.",
  noAnswer: "The network does not answer at {core}.",
  silent: "The network does not answer.",
  notAllowed: "The core does not let you register on this device.",
  unknownHere: "The core does not know this address.",
  tooBrief: "The core asks for a registration time that this device does not offer.",
  overloaded: "The network is overloaded or being maintained.",
  networkTrouble: "The network has a problem of its own.",
  refused: "The core refused the registration ({status}).",
  networkEnded: "The network inside the app has ended, and is started again.",
  noDemoAccount: "The built-in network has no account {address}.",
  noDemoDomain: "The built-in network has no {domain}.",
  notStarted: "The built-in network did not start.",
  notStartedElsewhere:
    "The built-in network did not start. Another program may be starting it, or hold its ports.",
  notStartedFolder:
    "The built-in network did not start. Its folder on this computer cannot be used.",
  noServer: "{text} is no server.",
  serverNotFound: "The server {core} cannot be found.",
  noPassword: "The password cannot be read on this computer.",
  profileInUse: "Another program is the device of this profile.",
  profileNotUsable: "The profile cannot be used on this computer's disk.",
  notOpened: "This device could not be opened in the network.",
  ownDevices: "My devices",
  computerOf: "{name}'s computer",
  deviceOf: "{name}'s device",
  thisComputer: "This computer",
  sample:
    "A sample from {name}.\n\nIt was offered over SIP, travelled over MSRP, and its fingerprint was compared when it arrived.\nMade at {time}.\n",
  somebody: "somebody",
} as const;
