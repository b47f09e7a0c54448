import type {
  IncomingRequest,
  InviteUac,
  InviteUas,
  SipBody,
  Srf,
} from "../../main/drachtio/srf.ts";

export type DescriptionRole = "offer" | "answer";
/** Makes another text of a session description. */
export type EditDescription = (text: string, as: DescriptionRole) => string;

/** An element on whose leg somebody changes the descriptions of INVITEs and of their answers, both ways. */
export function editedSrf(srf: Srf, edit: EditDescription): Srf {
  const change = (content: Buffer, as: DescriptionRole): Buffer =>
    Buffer.from(edit(content.toString("latin1"), as), "latin1");
  return {
    get local() {
      return srf.local;
    },
    get contact() {
      return srf.contact;
    },
    request: (options) => srf.request(options),
    invite: ({ body, ...rest }) => {
      const uac = srf.invite({ ...rest, ...(body && { body: edited(body, change) }) });
      return answered(uac, (content) => change(content, "answer"));
    },
    onInvite: (handler) =>
      srf.onInvite((invite) => {
        handler(offered(invite, change));
      }),
    onRequest: (method: string, handler: (request: IncomingRequest) => void) =>
      srf.onRequest(method, handler),
    keepAlive: (hop, nextPingMs, onLost) => srf.keepAlive(hop, nextPingMs, onLost),
    close: () => srf.close(),
  };
}

type Change = (content: Buffer, as: DescriptionRole) => Buffer;

function edited(body: SipBody, change: Change): SipBody {
  return { ...body, content: change(body.content, "offer") };
}

function answered(uac: InviteUac, change: (content: Buffer) => Buffer): InviteUac {
  return {
    callId: uac.callId,
    onProvisional: (handler) => uac.onProvisional(handler),
    cancel: (reason) => {
      uac.cancel(reason);
    },
    outcome: uac.outcome.then((outcome) =>
      outcome.kind === "answered"
        ? { ...outcome, response: { ...outcome.response, body: change(outcome.response.body) } }
        : outcome,
    ),
  };
}

function offered(invite: InviteUas, change: Change): InviteUas {
  const { request, source, localTag } = invite;
  return {
    ...{ source, localTag },
    request: { ...request, body: change(request.body, "offer") },
    provisional: (status, headers) => {
      invite.provisional(status, headers);
    },
    accept: ({ body, headers }) =>
      invite.accept({ headers, body: { ...body, content: change(body.content, "answer") } }),
    refuse: (status, reason, headers) => {
      invite.refuse(status, reason, headers);
    },
    onCancel: (handler) => invite.onCancel(handler),
  };
}
