import { createRoot } from "react-dom/client";
import { createClient } from "../ipc/client.ts";
import { createStores } from "../ipc/stores.tsx";
import "../styles/index.css";
import { Root } from "./root.tsx";

const element = document.getElementById("root");
if (element !== null) {
  const stores = createStores(createClient(window.cpm, () => crypto.randomUUID()));
  const isPrompt = new URLSearchParams(window.location.search).get("view") === "prompt";
  createRoot(element).render(<Root stores={stores} view={isPrompt ? "prompt" : "main"} />);
}
