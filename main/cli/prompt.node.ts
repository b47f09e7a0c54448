import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";

/** A terminal that is asked a question swallows Ctrl+C; here it stops the program as everywhere else. */
export function passInterrupt(prompt: Interface): void {
  prompt.on("SIGINT", () => {
    process.kill(process.pid, "SIGINT");
  });
}

/** Asks on the terminal without showing what is typed. */
export async function promptSecret(question: string): Promise<string> {
  const silent = new Writable({
    write: (_bytes, _encoding, done) => {
      done();
    },
  });
  process.stderr.write(question);
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  passInterrupt(prompt);
  try {
    return await prompt.question("");
  } finally {
    prompt.close();
    process.stderr.write("\n");
  }
}
