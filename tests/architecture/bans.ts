import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

/** A call, a construction, an attribute or a property of the kinds that bans are about. */
interface Use {
  /** `f(`, `x.f(`, `new F(`, `name=` of JSX, `name:` of an object, `.name` of what is assigned to. */
  readonly form: "call" | "method" | "new" | "jsx" | "property" | "assigned" | "import";
  readonly name: string;
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly argumentCount: number;
}

export interface Ban {
  readonly what: string;
  /** Files that it holds for. */
  readonly within: RegExp;
  readonly isBroken: (use: Use) => boolean;
  /** The places where it is right all the same, with the reason. */
  readonly except: ReadonlyMap<string, string>;
}

const PROTOCOLS = /^main\/(base|sip|sdp|msrp|drachtio|cpm|network)\//;
const ALL = /^(main|shared|renderer|host)\//;

function is(form: Use["form"], ...names: readonly string[]): (use: Use) => boolean {
  return (use) => use.form === form && names.includes(use.name);
}

const HTML = ["innerHTML", "outerHTML", "srcdoc"];

export const BANS: readonly Ban[] = [
  {
    what: "a socket that decodes: binary files break (use octets)",
    within: ALL,
    isBroken: is("method", "setEncoding"),
    except: new Map(),
  },
  {
    what: "a regular expression made of input",
    within: /^(main|shared|renderer)\//,
    isBroken: is("new", "RegExp"),
    except: new Map([
      ["main/cpm/body/imdn.ts", "made of our own words for states"],
      ["main/storage/file-name.ts", "made of a constant"],
    ]),
  },
  {
    what: "Number() and parseInt take 0x10, 1e3, blanks and nothing (use parseDecimal)",
    within: PROTOCOLS,
    isBroken: (use) =>
      is("call", "Number", "parseInt", "parseFloat")(use) ||
      is("method", "parseInt", "parseFloat")(use),
    except: new Map([
      ["main/base/srv-order.ts", "of a truth value"],
      ["main/base/xml.ts", "digits of the right kind and number were matched before"],
      ["main/cpm/registration/reg-info.ts", "of truth values"],
      ["main/cpm/registration/register-answer.ts", "of truth values"],
      ["main/msrp/relay/relay-link.ts", "digits were matched before"],
      ["main/network/core/caller-preferences.ts", "the whole grammar of qvalue was matched before"],
      ["main/network/core/gruu.ts", "two hexadecimal digits of our own token"],
      ["main/sip/grammar/uri-compare.ts", "two hexadecimal digits were matched before"],
    ]),
  },
  {
    what: "a write at a position: Node takes a wrong one for `here`, without a word",
    within: ALL,
    isBroken: (use) =>
      is("method", "writev", "writeSync", "writevSync", "ftruncate")(use) ||
      is("call", "writeSync", "writevSync", "writev")(use) ||
      (is("method", "write")(use) && use.argumentCount >= 4),
    except: new Map([["main/storage/positional-io.node.ts", "the one place, which checks it"]]),
  },
  {
    what: "an address opened outside: peers choose none",
    within: ALL,
    isBroken: is("method", "openExternal"),
    except: new Map([["main/app/shell/lockdown.ts", "asks the user, and takes few schemes"]]),
  },
  {
    what: "text that becomes HTML",
    within: ALL,
    isBroken: (use) =>
      is("jsx", "dangerouslySetInnerHTML", "srcDoc")(use) ||
      is("assigned", ...HTML)(use) ||
      (is("method", "insertAdjacentHTML", "write")(use) && /^document\b/.test(use.text)),
    except: new Map(),
  },
  {
    what: "text that becomes a program",
    within: ALL,
    isBroken: (use) => is("call", "eval")(use) || is("new", "Function")(use),
    except: new Map(),
  },
  {
    what: "another context of the engine",
    within: ALL,
    isBroken: is("import", "node:vm"),
    except: new Map([
      ["main/base/young-memory.node.ts", "asks the engine for its collector, by a constant"],
    ]),
  },
  {
    what: "a command line given to a shell",
    within: ALL,
    isBroken: (use) =>
      is("call", "exec", "execSync")(use) ||
      (is("property", "shell")(use) && /:\s*true/.test(use.text)),
    except: new Map(),
  },
  {
    what: "TLS that believes anybody",
    within: ALL,
    isBroken: (use) =>
      (is("property", "rejectUnauthorized")(use) && !/:\s*true/.test(use.text)) ||
      is("property", "checkServerIdentity")(use),
    except: new Map([
      ["main/base/tls.node.ts", "compares the fingerprint before the first octet (RFC 8122)"],
    ]),
  },
];

function nameOf(expression: ts.Expression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : "";
}

function readUse(node: ts.Node): Pick<Use, "form" | "name"> | undefined {
  if (ts.isCallExpression(node)) {
    const form = ts.isPropertyAccessExpression(node.expression) ? "method" : "call";
    return { form, name: nameOf(node.expression) };
  }
  if (ts.isNewExpression(node)) return { form: "new", name: nameOf(node.expression) };
  if (ts.isJsxAttribute(node)) return { form: "jsx", name: node.name.getText() };
  if (ts.isPropertyAssignment(node)) return { form: "property", name: node.name.getText() };
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { form: "import", name: node.moduleSpecifier.text };
  }
  const isAssignment =
    ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isAssignment ? { form: "assigned", name: nameOf(node.left) } : undefined;
}

const known = new WeakMap<SourceFile, readonly Use[]>();

function allUses(file: SourceFile): readonly Use[] {
  const uses = known.get(file) ?? findAll(file);
  known.set(file, uses);
  return uses;
}

function findAll({ path, text }: SourceFile): readonly Use[] {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const uses: Use[] = [];
  function visit(node: ts.Node): void {
    const use = readUse(node);
    if (use !== undefined) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      const argumentCount = ts.isCallExpression(node) ? node.arguments.length : 0;
      uses.push({ ...use, path, line: line + 1, text: node.getText(), argumentCount });
    }
    ts.forEachChild(node, visit);
  }
  visit(file);
  return uses;
}

/** `path:line: what` for each breach, exceptions left out. */
export function breaches(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const bans = BANS.filter(
      ({ within, except }) => within.test(file.path) && !except.has(file.path),
    );
    return allUses(file).flatMap((use) =>
      bans
        .filter(({ isBroken }) => isBroken(use))
        .map(({ what }) => `${file.path}:${String(use.line)}: ${what}`),
    );
  });
}

/** Exceptions of files that are there and do not need them. */
export function staleExceptions(files: readonly SourceFile[]): readonly string[] {
  return BANS.flatMap(({ what, except, isBroken }) =>
    files
      .filter((file) => except.has(file.path) && !allUses(file).some(isBroken))
      .map((file) => `${file.path}: ${what}`),
  );
}
