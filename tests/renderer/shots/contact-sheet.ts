/** One picture of a state. */
export interface Shot {
  readonly name: string;
  readonly look: string;
  /** Beside the sheet. */
  readonly file: string;
}

const STYLE = `
  body { margin: 24px; background: #888d96; font: 14px/20px system-ui, sans-serif; }
  h2 { margin: 24px 0 8px; font-size: 16px; }
  .row { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; }
  figure { margin: 0; }
  img { display: block; height: 360px; background: #fff; }
  figcaption { font-size: 12px; }
`;

/** A page of its own with all pictures, a row for each state. */
export function contactSheet(shots: readonly Shot[]): string {
  const rows = Map.groupBy(shots, ({ name }) => name);
  const body = [...rows].map(([name, row]) => {
    const figures = row.map(
      ({ look, file }) =>
        `<figure><a href="${file}"><img src="${file}" alt="${name}, ${look}" loading="lazy"></a><figcaption>${look}</figcaption></figure>`,
    );
    return `<h2 id="${name}">${name}</h2><div class="row">${figures.join("")}</div>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>CPM Courier, screens</title><style>${STYLE}</style><body><h1>Screens and states</h1>${body.join("\n")}</body></html>\n`;
}
