import type { CdpSession } from "./cdp.ts";
import { createCodec, nodeCodec } from "./codec.ts";

/** Runs script in the page's own world; its result is a structured clone, as `executeJavaScript` gives it. */
export async function runInPage(
  session: CdpSession,
  code: string,
  isUserGesture: boolean,
): Promise<unknown> {
  const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
    expression: code,
    awaitPromise: true,
    userGesture: isUserGesture,
  });
  if (exceptionDetails !== undefined) {
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  if (result.objectId === undefined) {
    return result.unserializableValue === undefined
      ? (result.value as unknown)
      : Number(result.unserializableValue);
  }
  const encoded = await session.send("Runtime.callFunctionOn", {
    objectId: result.objectId,
    functionDeclaration: `function () { return (${createCodec.toString()})({
      toBase64: (octets) => octets.toBase64(), fromBase64: (text) => Uint8Array.fromBase64(text),
    }).encode(this); }`,
    returnByValue: true,
  });
  if (encoded.exceptionDetails !== undefined) {
    throw new Error("An object could not be cloned.");
  }
  return nodeCodec.decode(String(encoded.result.value));
}
