import { Send } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { Arrival } from "../../../shared/model/app-state.ts";
import { INSTANCE_COLOURS } from "../../../shared/model/settings.ts";
import { navigate } from "../../app/navigation.ts";
import { useApp, useAsk, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ColourPicker, type InstanceColour } from "../../ui/colour-picker.tsx";
import { FolderField } from "../../ui/folder-field.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { RadioGroup } from "../../ui/radio-group.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { JoinSteps } from "../join/join-steps.tsx";
import { ConnectForm } from "./connect-form.tsx";
import styles from "./first-run.module.css";
import { SignInFailure } from "./sign-in-failure.tsx";

type Step = "welcome" | "you" | "join" | "connect";
type Way = "try" | "join" | "connect";

interface You {
  readonly name: string;
  readonly device: string;
  readonly colour: InstanceColour;
  readonly folder: string;
}

/** The whole window while there is no account: with the defaults, one press of Start is all. */
export function FirstRun(): ReactNode {
  const t = useTranslations("firstRun");
  const [step, setStep] = useState<Step>("welcome");
  const [way, setWay] = useState<Way>("try");
  const [you, setYou] = useDefaults();
  const start = useStart(you);
  const back = (
    <Button
      variant="quiet"
      onPress={() => {
        setStep("welcome");
      }}
    >
      {t("back")}
    </Button>
  );
  return (
    <main className={styles["window"]}>
      <Card className={styles["card"] ?? ""}>
        {step === "welcome" ? (
          <Welcome
            way={way}
            onWay={setWay}
            you={you}
            start={start}
            onNext={() => {
              setStep(way === "try" ? "you" : way);
            }}
          />
        ) : null}
        {step === "you" ? (
          <>
            <PageHeading title={t("you")} />
            <AboutYou you={you} onChange={setYou} />
            <StartFailure start={start} />
            <div className={styles["actions"]}>
              {back}
              <StartButton start={start} />
            </div>
          </>
        ) : null}
        {step === "join" ? <Joining back={back} /> : null}
        {step === "connect" ? (
          <>
            <PageHeading title={t("account")} />
            <ConnectForm
              initial={{
                address: "",
                password: "",
                server: "",
                transport: "tcp",
                name: you.name,
                device: you.device,
              }}
              onConnected={() => {
                navigate("send");
              }}
              otherActions={back}
            />
          </>
        ) : null}
      </Card>
    </main>
  );
}

interface JoiningProps {
  readonly back: ReactNode;
}

function Joining({ back }: JoiningProps): ReactNode {
  const t = useTranslations("join");
  const [isConfirming, setConfirming] = useState(false);
  return (
    <>
      <PageHeading title={isConfirming ? t("confirmTitle") : t("title")} />
      <JoinSteps
        onStep={setConfirming}
        onJoined={() => {
          navigate("people");
        }}
        otherActions={back}
      />
    </>
  );
}

function useDefaults(): readonly [You, (you: You) => void] {
  const t = useTranslations("firstRun");
  const settings = useApp((app) => app.settings);
  const name = t("defaultName");
  return useState<You>({
    name,
    device: t("defaultDevice", { name }),
    colour: INSTANCE_COLOURS.find((colour) => colour === settings.colour) ?? "blue",
    folder: settings.receiveFolder,
  });
}

interface Start {
  readonly run: () => void;
  readonly isBusy: boolean;
  readonly failure: Arrival["failure"];
}

function useStart(you: You): Start {
  const { client } = useStores();
  const [isBusy, setBusy] = useState(false);
  const arrival = useApp((app) => app.arrival?.failure);
  const [failure, setFailure] = useState(arrival);
  const run = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    const answer = await client.request("account.tryHere", {
      displayName: you.name.trim(),
      deviceName: you.device.trim(),
      colour: you.colour,
      receiveFolder: you.folder,
    });
    if (answer.ok) {
      // Busy until the account is told and this window's content is another one.
      navigate("send");
      return;
    }
    setBusy(false);
    setFailure(answer.error);
  };
  return {
    run: () => {
      if (!isBusy) void run();
    },
    isBusy,
    failure,
  };
}

interface WelcomeProps {
  readonly way: Way;
  readonly onWay: (way: Way) => void;
  readonly you: You;
  readonly start: Start;
  readonly onNext: () => void;
}

function Welcome({ way, onWay, you, start, onNext }: WelcomeProps): ReactNode {
  const t = useTranslations("firstRun");
  return (
    <>
      <span className={styles["mark"]} aria-hidden>
        <Send size={26} strokeWidth={1.75} />
      </span>
      <div className={styles["intro"]}>
        <PageHeading title={t("title")} />
        <p className={styles["lead"]}>{t("lead")}</p>
      </div>
      <div className={styles["ways"]}>
        <RadioGroup
          label={t("how")}
          options={[
            { value: "try", label: t("tryIt"), hint: t("tryItHint") },
            { value: "join", label: t("joinNearby"), hint: t("joinNearbyHint") },
            { value: "connect", label: t("connect"), hint: t("connectHint") },
          ]}
          value={way}
          onChange={onWay}
        />
      </div>
      {way === "try" ? (
        <p className={styles["defaults"]}>
          {t("defaults", { name: you.name, device: you.device, folder: you.folder })}{" "}
          <Button variant="quiet" size="s" onPress={onNext}>
            {t("change")}
          </Button>
        </p>
      ) : null}
      <StartFailure start={start} />
      <div className={styles["actions"]}>
        {way === "try" ? (
          <StartButton start={start} />
        ) : (
          <>
            <Button variant="quiet" isPending={start.isBusy} onPress={start.run}>
              {t("skip")}
            </Button>
            <Button variant="primary" onPress={onNext}>
              {t("continue")}
            </Button>
          </>
        )}
      </div>
    </>
  );
}

interface StartProps {
  readonly start: Start;
}

function StartButton({ start }: StartProps): ReactNode {
  const t = useTranslations("firstRun");
  return (
    <Button variant="primary" isPending={start.isBusy} onPress={start.run}>
      {start.isBusy ? t("starting") : t("start")}
    </Button>
  );
}

function StartFailure({ start }: StartProps): ReactNode {
  return start.failure === undefined ? null : <SignInFailure failure={start.failure} />;
}

interface AboutYouProps {
  readonly you: You;
  readonly onChange: (you: You) => void;
}

function AboutYou({ you, onChange }: AboutYouProps): ReactNode {
  const t = useTranslations("firstRun");
  const ask = useAsk();
  const chooseFolder = async (): Promise<void> => {
    const folder = await ask("folder.choose", { current: you.folder });
    if (typeof folder === "string") onChange({ ...you, folder });
  };
  return (
    <div className={styles["form"]}>
      <TextField
        label={t("name")}
        hint={t("nameHint")}
        value={you.name}
        onChange={(name) => {
          onChange({ ...you, name });
        }}
      />
      <TextField
        label={t("device")}
        hint={t("deviceHint")}
        value={you.device}
        onChange={(device) => {
          onChange({ ...you, device });
        }}
      />
      <ColourPicker
        label={t("colour")}
        value={you.colour}
        onChange={(colour) => {
          onChange({ ...you, colour });
        }}
      />
      <FolderField
        label={t("folder")}
        folder={you.folder}
        action={t("chooseFolder")}
        onChoose={() => {
          void chooseFolder();
        }}
      />
    </div>
  );
}
