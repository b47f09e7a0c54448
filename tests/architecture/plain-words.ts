import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

/** Two words in a row, or one as a label or a sentence has it. */
const WORDS = /\p{L}{2,} \p{L}{2,}|\p{L}{2,} \uFFFC|\uFFFC \p{L}{2,}|^\p{Lu}\p{Ll}{2,}[.…?!:]?$/u;

const VALUE = "\uFFFC";

/** Calls whose texts only a log has: `log.write("error", …)`, `this.#complain(…)`. */
const FOR_THE_LOG = /(\blog\.write|#complain)$/;

function isForPrograms(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent)) return true;
  for (let at = parent; !ts.isStatement(at) && !ts.isSourceFile(at); at = at.parent) {
    if (ts.isNewExpression(at) && /Error$/.test(at.expression.getText())) return true;
    if (ts.isCallExpression(at) && FOR_THE_LOG.test(at.expression.getText())) return true;
  }
  return false;
}

/** The text with a mark for each value that is put in. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(VALUE);
}

/** Texts for people that stand in the code instead of the catalogue, as `PATH:LINE TEXT`. */
export function plainWordsOf({ path, text }: SourceFile): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const words = textOf(node);
    if (words !== undefined && WORDS.test(words.trim()) && !isForPrograms(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${path}:${String(line + 1)} ${words}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
