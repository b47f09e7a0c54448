/** Two soft notes, under a second: it is a file, not a call. */
export function playChime(): void {
  const context = new AudioContext();
  const end = context.currentTime + LENGTH_S;
  for (const [at, hertz] of NOTES) {
    const start = context.currentTime + at;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.type = "sine";
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, end);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(end);
  }
  setTimeout(() => void context.close(), LENGTH_S * 1000 + 100);
}

const LENGTH_S = 0.9;
const NOTES = [
  [0, 587.33],
  [0.14, 880],
] as const;
