export const palette = {
  title: "Commands",
  placeholder: "What do you want to do?",
  list: "Results",
  noMatch: "No match for “{text}”.",
  hint: "Arrow keys to choose, Enter to run, Esc to close",
  sendTo: "Send files to {name}",
  showHistory: "Show the history with {name}",
  setting: "Settings: {name}",
  groups: {
    command: "Command",
    person: "Person",
    setting: "Setting",
  },
} as const;
