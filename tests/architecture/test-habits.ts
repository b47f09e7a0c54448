import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

/** What a describe above each protocol test must name: a clause, or a step of the change request. */
const AUTHORITY =
  /\bRFC \d{3,5}\b|\bdraft-[a-z]|\b(flow|originating|terminating) steps? [\dN]|\bstep \d|\bnote N\d|§|\bTS \d\d\.\d{3}|\bGSMA RCC|\bOMA\b/i;

/** A skip of the runner: of a declaration, or of the context that a test is given. */
const SKIP =
  /^((it|test|describe|context|ctx|c|t)(\.\w+)*\.(skip|todo|skipIf|runIf|fails)\b|skip$)/;

interface Call {
  /** `it`, `describe.skip`, `it.each`… without what is passed to it. */
  readonly callee: string;
  readonly title: string;
  /** Titles of the describes around it, outermost first. */
  readonly within: readonly string[];
  readonly line: number;
  /** Comment directly above the call. */
  readonly comment: string;
  readonly argumentTexts: readonly string[];
}

function calleeOf(call: ts.CallExpression): string {
  let callee: ts.Expression = call.expression;
  // it.each(table)(title, body): the name is inside the inner call or tag
  while (ts.isCallExpression(callee) || ts.isTaggedTemplateExpression(callee)) {
    callee = ts.isCallExpression(callee) ? callee.expression : callee.tag;
  }
  return callee.getText();
}

function titleOf(call: ts.CallExpression): string {
  const [first] = call.arguments;
  return first === undefined ? "" : first.getText();
}

function commentAbove(node: ts.Node, text: string): string {
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return ranges.map(({ pos, end }) => text.slice(pos, end).replace(/[/*\s]/g, "")).join("");
}

/** Every call of a test file that declares or skips something. */
function callsOf({ path, text }: SourceFile): readonly Call[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const calls: Call[] = [];
  function visit(node: ts.Node, within: readonly string[], statement: ts.Node): void {
    let inner = within;
    if (ts.isCallExpression(node)) {
      const callee = calleeOf(node);
      const title = titleOf(node);
      calls.push({
        callee,
        title,
        within,
        line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
        comment: commentAbove(statement, text),
        argumentTexts: node.arguments.map((argument) => argument.getText()),
      });
      if (/^describe\b/.test(callee)) inner = [...within, title];
    }
    ts.forEachChild(node, (child) => {
      visit(child, inner, ts.isStatement(child) ? child : statement);
    });
  }
  visit(source, [], source);
  return calls;
}

function isTest({ callee, argumentTexts }: Call): boolean {
  return /^(it|test)(\.[a-zA-Z]+)*$/.test(callee) && argumentTexts.length >= 2;
}

function place(file: SourceFile, { line }: Call): string {
  return `${file.path}:${line}`;
}

/** Tests that no describe ties to a clause or a flow step. */
export function testsWithoutAuthority(file: SourceFile): readonly string[] {
  return callsOf(file)
    .filter((call) => isTest(call) && !call.within.some((title) => AUTHORITY.test(title)))
    .map((call) => place(file, call));
}

/** Skipped tests and suites whose reason is neither in a comment above nor in the argument of `context.skip`. */
export function skipsWithoutReason(file: SourceFile): readonly string[] {
  return callsOf(file)
    .filter(({ callee }) => SKIP.test(callee))
    .filter(({ callee, comment, argumentTexts }) => {
      const isInTest = !/^(it|test|describe)\b/.test(callee);
      return isInTest ? !argumentTexts.some((text) => /["'`]\S/.test(text)) : comment === "";
    })
    .map((call) => place(file, call));
}

/** Notes of unfinished work that name no issue: write `TODO(#12): …`. */
export function todosWithoutIssue({ path, text }: SourceFile): readonly string[] {
  return text
    .split("\n")
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(line) && !/#\d+/.test(line))
    .map(({ number }) => `${path}:${number}`);
}
