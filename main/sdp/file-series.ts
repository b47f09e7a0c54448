import { parseDecimal } from "../base/decimal.ts";
import { type Attribute, attributeValue, type SessionDescription } from "./session-description.ts";

/**
 * Where an offer stands in a series of offers that its users see as one (docs/decisions/0007). An attribute of our own,
 * at session level: others ignore it (RFC 8866 §5.13) and see offers of one conversation.
 */
export interface FileSeries {
  /** 1-based place of the offer's first file among all. */
  readonly first: number;
  readonly totalFiles: number;
  /** Of all files. */
  readonly totalOctets: number;
  /** Of the files from the first one of this offer on. */
  readonly restOctets: number;
}

const NAME = "cpm-courier-series";

export function seriesAttribute(series: FileSeries): Attribute {
  const { first, totalFiles, totalOctets, restOctets } = series;
  return { name: NAME, value: `${first}/${totalFiles} ${totalOctets} ${restOctets}` };
}

/** undefined where there is none, or none that makes sense with this many m= lines. */
export function readSeries(sd: SessionDescription): FileSeries | undefined {
  const text = attributeValue(sd.attributes, NAME) ?? "";
  const match = /^(\d{1,7})\/(\d{1,7}) (\d{1,15})(?: (\d{1,15}))?$/.exec(text) ?? [];
  const [first, totalFiles, totalOctets] = match.slice(1, 4).map((digits) => parseDecimal(digits));
  if (first === undefined || totalFiles === undefined || totalOctets === undefined)
    return undefined;
  const restOctets = match[4] === undefined ? totalOctets : parseDecimal(match[4]);
  if (restOctets === undefined) return undefined;
  const isSensible =
    first >= 1 && first - 1 + sd.media.length <= totalFiles && restOctets <= totalOctets;
  return isSensible ? { first, totalFiles, totalOctets, restOctets } : undefined;
}
