import type { InviteUas } from "../../drachtio/srf.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import { answerHeaders } from "../headers.ts";
import { newOfferId, newTransferId } from "../ids.ts";
import { isOurProduct } from "../user-agent.ts";
import { offeredScheme } from "./media-security.ts";
import type { OfferContext } from "./offer-context.ts";
import { openFiles, prepareFile } from "./outgoing-files.ts";
import { OutgoingTransfer } from "./outgoing-transfer.ts";
import { isWanted, type PullOffer } from "./pull-offer.ts";
import { refuseToGoOn } from "./resume-warning.ts";
import { LOST } from "./send-ends.ts";
import { answerPull } from "./served-lines.ts";

/** Gives a file to whoever asked for it and may have it (RFC 5547 §8.3.2). No offer of ours: only the log hears of it. */
export async function serveShared(
  context: OfferContext,
  {
    invite,
    pull,
    path,
  }: { readonly invite: InviteUas; readonly pull: PullOffer; readonly path: string },
): Promise<void> {
  const { ports, config } = context;
  const opened = await openFiles(ports.files, [path], {
    ...{ maxSizeOctets: config.maxSizeOctets, signal: new AbortController().signal },
  });
  const [one] = opened.ok ? opened.value : [];
  if (one === undefined) {
    refuseToGoOn(context, invite);
    return;
  }
  const uri = ports.msrp.newUri(offeredScheme(context));
  const own = { index: 0, uri, transferId: newTransferId(ports.random) };
  const file = prepareFile(one, own, undefined);
  const { source, hashes } = file;
  const held = { name: source.name, sizeOctets: source.sizeOctets, ...hashes };
  const fitting = pull.wanted.filter((media) => isWanted(media, held)).slice(0, 1);
  const answer = await answerPull(
    context,
    pull,
    new Map(fitting.map(({ index }) => [index, file])),
  );
  if (answer === undefined) refuseToGoOn(context, invite);
  else {
    const transfer = new OutgoingTransfer(context, {
      ...{ id: newOfferId(ports.random), ...answer, isPeerOurs: isOurProduct(pull.userAgent) },
      ...{ to: pull.from, connectionGroup: pull.callId },
      onSettled: (_line, outcome) => {
        ports.log.write("info", "a shared file was sent", { outcome: outcome.kind });
      },
    });
    const accepted = await invite.accept({
      headers: answerHeaders(config, ports.srf.local),
      body: { contentType: "application/sdp", content: serializeSdp(answer.local) },
    });
    if (accepted.ok) await transfer.run(accepted.value);
    else await transfer.abandon(LOST);
    await answer.relay.close();
  }
  await source.close();
}
