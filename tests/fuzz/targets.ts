import type { FuzzTarget } from "./target.ts";
import { cpim, icons, imdn, multipart, multipartRoundTrip, regInfo } from "./targets/bodies.ts";
import { dialogs } from "./targets/dialogs.ts";
import { digestAnswers, digestChallenges, relayChallenges } from "./targets/digest.ts";
import { growth } from "./targets/growth.ts";
import {
  byteRanges,
  msrpBodies,
  msrpFrames,
  msrpLimits,
  receivedRanges,
} from "./targets/msrp-frames.ts";
import { sdp } from "./targets/sdp.ts";
import { sipHeaders } from "./targets/sip-headers.ts";
import { sipMessages, sipStreams } from "./targets/sip-messages.ts";
import {
  inviteClient,
  inviteServer,
  nonInviteClient,
  nonInviteServer,
} from "./targets/transaction-machines.ts";
import { msrpUris, sipUris } from "./targets/uris.ts";

/** Everything that is fuzzed. */
export const TARGETS: readonly FuzzTarget[] = [
  ...[sipMessages, sipStreams, sipHeaders, sipUris],
  ...[sdp, msrpFrames, msrpBodies, msrpLimits, msrpUris, byteRanges, receivedRanges],
  ...[digestChallenges, digestAnswers, relayChallenges],
  ...[multipart, multipartRoundTrip, cpim, imdn, regInfo, icons],
  ...[inviteClient, nonInviteClient, inviteServer, nonInviteServer, dialogs],
  growth,
];
