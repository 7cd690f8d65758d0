/** The progress of a build on a terminal's stderr: a bar when the input's size is known, else a count; nothing in a pipe. */

import { countText, sizeText } from "./numbers.js";

/** What is shown; asked for a few times a second. */
export interface Gauge {
  /** Bytes there are to read, when that is known. */
  readonly byteLength: number | undefined;
  readonly bytesRead: number;
  /** Whether it comes from the keyboard. */
  readonly isTyped: boolean;
  readonly recordCount: number;
}

export interface Progress {
  /** Takes it off the screen. */
  stop(): void;
}

const framesPerSecond = 8;
const barLengthMax = 24;
const barLengthMin = 6;
/** Columns for the figures beside the bar. */
const figuresLength = 60;
const columnsDefault = 80;

/** Shows `gauge` until `stop`; not while somebody types the input, which it would write over. */
export async function showProgress(gauge: Gauge, stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY || gauge.isTyped || process.env.TERM === "dumb") return { stop: () => undefined };
  // Loaded when needed: whatever runs in a pipe starts sooner.
  const { default: cliProgress } = await import("cli-progress");
  const { byteLength } = gauge;
  const total = byteLength ?? 0;
  const started = performance.now();
  const bar = new cliProgress.SingleBar({
    stream,
    // No colours, so that NO_COLOR has nothing to ask for.
    format: total > 0 ? "{phase} {bar} {percentage}%  {records}  {rate}  {rest}" : "{phase} {size}  {records}  {rate}",
    // A line that fills the terminal would break when Ctrl-C echoes into it.
    barsize: Math.min(Math.max((stream.columns || columnsDefault) - figuresLength, barLengthMin), barLengthMax),
    barCompleteChar: "█",
    barIncompleteChar: "░",
    fps: framesPerSecond,
    clearOnComplete: true,
    // Cut to the terminal's width here; the terminal's own setting would outlive a killed process.
    linewrap: true,
    emptyOnZero: true,
  });
  const shown = (): Record<string, string> => {
    const { bytesRead, recordCount } = gauge;
    const seconds = (performance.now() - started) / 1000;
    const isRead = total > 0 && bytesRead >= total;
    const secondsLeft = Math.ceil((seconds * (total - bytesRead)) / Math.max(bytesRead, 1));
    return {
      phase: isRead ? "writing" : "reading",
      size: sizeText(bytesRead),
      records: `${countText(recordCount)} records`,
      rate: `${countText(Math.round(recordCount / Math.max(seconds, 0.001)))}/s`,
      rest: isRead || bytesRead === 0 ? "" : `${countText(secondsLeft)} s left`,
    };
  };
  bar.start(total, 0, shown());
  const timer = setInterval(() => bar.update(gauge.bytesRead, shown()), 1000 / framesPerSecond);
  return {
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}
