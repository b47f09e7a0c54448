/** The numbered steps of the change request: figure x (originating side) and figure y (terminating side). */
export const FLOW_STEPS = [
  ...(["O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10"] as const),
  ...(["O11", "O12", "O13", "O14", "O15", "O16", "O17", "O18", "O19", "O20"] as const),
  ...(["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11"] as const),
  ...(["T12", "T13", "T14", "T15", "T16", "T17", "T18", "T19", "T20", "T21"] as const),
] as const;

export type FlowStep = (typeof FLOW_STEPS)[number];

/** What happens in each step, in the words of the change request, shortened. */
export const STEP_TITLES: Readonly<Record<FlowStep, string>> = {
  O1: "client A offers the files",
  O2: "core A routes the offer to Participating Function A",
  O3: "Participating Function A sends the offer on",
  O4: "core A routes the offer to system B",
  O5: "system B accepts",
  O6: "core A hands the OK to Participating Function A",
  O7: "Participating Function A sends the OK towards client A",
  O8: "core A forwards the OK to client A",
  O9: "client A sends the media",
  O10: "Participating Function A sends the media to system B",
  O11: "system B confirms the media",
  O12: "Participating Function A confirms the media",
  O13: "client A ends the session",
  O14: "core A routes the BYE to Participating Function A",
  O15: "Participating Function A ends its session with system B",
  O16: "core A routes the BYE to system B",
  O17: "system B answers the BYE",
  O18: "core A hands the answer to Participating Function A",
  O19: "Participating Function A answers the BYE",
  O20: "core A forwards the answer to client A",
  T1: "system A sends the offer",
  T2: "core B routes the offer to Participating Function B",
  T3: "Participating Function B sends the offer on",
  T4: "core B sends the offer to client B1",
  T5: "core B sends the offer to client B2",
  T6: "client B2 accepts",
  T7: "core B hands the OK to Participating Function B",
  T8: "Participating Function B sends the OK on",
  T9: "core B sends the OK to system A",
  T10: "core B cancels the offer at client B1",
  T11: "client B1 confirms the cancellation",
  T12: "system A sends the media",
  T13: "Participating Function B sends the media to client B2",
  T14: "system A ends the session",
  T15: "core B routes the BYE to Participating Function B",
  T16: "Participating Function B ends its session with client B2",
  T17: "core B routes the BYE to client B2",
  T18: "client B2 answers the BYE",
  T19: "core B hands the answer to Participating Function B",
  T20: "Participating Function B answers the BYE",
  T21: "core B sends the answer to system A",
};

/**
 * The drawn causes of each step: the steps whose messages make an element send this one. A cause counts only where it
 * arrived at the element that sends: T6 follows the one of T4 and T5 that went to the winner, and inside one home network,
 * where nothing passes between two cores, T2 follows O3. O1 has none; O11's is the last chunk of the last file, which is no
 * step; T10 also waits for the loser's provisional response.
 */
export const STEP_CAUSES: Readonly<Record<FlowStep, readonly FlowStep[]>> = {
  ...{ O1: [], O2: ["O1"], O3: ["O2"], O4: ["O3"], T1: ["O3"], T2: ["T1", "O3"], T3: ["T2"] },
  ...{ T4: ["T3"], T5: ["T3"], T6: ["T4", "T5"], T7: ["T6"], T8: ["T7"], T9: ["T8"] },
  ...{ O5: ["T8"], O6: ["O5", "T8"], O7: ["O6"], O8: ["O7"], T10: ["T6"], T11: ["T10"] },
  ...{ O9: ["O8"], O10: ["O9"], T12: ["O9"], T13: ["T12"], O11: ["O10"], O12: ["O11"] },
  ...{ O13: ["O12"], O14: ["O13"], O15: ["O14"], O16: ["O15"], T14: ["O15"] },
  ...{ T15: ["T14", "O15"], T16: ["T15"], T17: ["T16"], T18: ["T17"], T19: ["T18"] },
  ...{ T20: ["T19"], T21: ["T20"], O17: ["T20"], O18: ["O17", "T20"], O19: ["O18"], O20: ["O19"] },
};
