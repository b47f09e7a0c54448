import type {
  AppStateChange,
  RequestArguments,
  RequestName,
  RequestResult,
} from "../../shared/ipc/contract.ts";
import type { AppState } from "../../shared/model/app-state.ts";
import { CHOICES, FINGERPRINT, JOIN, LINK, QR } from "./fixtures/sharing.ts";

export type Handler<Name extends RequestName> = (
  args: RequestArguments<Name>,
) => RequestResult<Name> | Promise<RequestResult<Name>>;

export type Handlers = { [Name in RequestName]?: Handler<Name> };

interface MockState {
  readonly app: () => AppState;
  readonly changeApp: (change: AppStateChange) => void;
}

/** Sharing with people nearby, and joining, in memory. */
export function sharingHandlers({ app, changeApp }: MockState): Handlers {
  const done = { ok: true, value: null } as const;
  return {
    "sharing.choices": () => ({ ok: true, value: CHOICES }),
    "sharing.start": ({ address, name }) => {
      const choice = CHOICES.find((one) => one.address === address);
      changeApp({
        sharing: {
          ...{ state: "on", name, address, interfaceName: choice?.interfaceName ?? "" },
          ...{ fingerprint: FINGERPRINT, people: [] },
        },
      });
      return done;
    },
    "sharing.stop": () => {
      changeApp({ sharing: null });
      return done;
    },
    "sharing.invite": ({ name }) => {
      const aor = `sip:${name.toLowerCase()}@b.example`;
      const { sharing } = app();
      if (sharing !== undefined)
        changeApp({
          sharing: {
            ...sharing,
            people: [...sharing.people, { aor, name, isHost: false, isOnline: false }],
          },
        });
      return { ok: true, value: { aor, name, link: LINK, qr: QR } };
    },
    "sharing.renew": ({ aor }) => {
      const name = app().sharing?.people.find((person) => person.aor === aor)?.name ?? "";
      return { ok: true, value: { aor, name, link: LINK, qr: QR } };
    },
    "sharing.remove": ({ aor }) => {
      const { sharing } = app();
      if (sharing !== undefined)
        changeApp({
          sharing: { ...sharing, people: sharing.people.filter((person) => person.aor !== aor) },
        });
      return done;
    },
    "join.look": ({ link }) =>
      link === LINK
        ? { ok: true, value: JOIN }
        : {
            ok: false,
            error: {
              code: "badLink",
              message: "This is no link to join. Nothing was changed.",
              action: "Ask for another link.",
            },
          },
  };
}
