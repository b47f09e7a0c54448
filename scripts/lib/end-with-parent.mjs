/**
 * Loaded before a program (`node --import`): tells it to end when its standard input does, so that it never outlives the
 * one that started it, however that one ended.
 */
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
process.stdin.on("error", () => process.kill(process.pid, "SIGTERM"));
process.stdin.resume();
