import { TriangleAlert } from "lucide-react";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useStores } from "../ipc/stores.tsx";
import { Banner } from "../ui/banner.tsx";
import { Button } from "../ui/button.tsx";

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly error: Error | undefined;
}

/** A page that breaks leaves the other pages, and every transfer, as they are. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined };
  #details = "";

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(_error: Error, info: ErrorInfo): void {
    this.#details = info.componentStack ?? "";
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <PageFailure
        details={() => `${error.stack ?? error.message}\n${this.#details}`}
        retry={() => {
          this.setState({ error: undefined });
        }}
      />
    );
  }
}

interface PageFailureProps {
  readonly details: () => string;
  readonly retry: () => void;
}

function PageFailure({ details, retry }: PageFailureProps): ReactNode {
  const t = useTranslations("app");
  const { client } = useStores();
  return (
    <Banner
      tone="danger"
      icon={TriangleAlert}
      actions={
        <>
          <Button
            size="s"
            onPress={() => {
              void client.request("text.copy", { text: details().slice(0, 100_000) });
            }}
          >
            {t("copyDetails")}
          </Button>
          <Button size="s" variant="primary" onPress={retry}>
            {t("tryAgain")}
          </Button>
        </>
      }
    >
      <p role="alert">{t("pageFailed")}</p>
    </Banner>
  );
}
