/**
 * Results on stdout: collected into large writes, one at a time. A reader that goes away (`| head`) is no failure: the
 * output is then closed, and whoever writes stops.
 */

import type { Writable } from "node:stream";
import { CliError, exitCodes } from "./failure.js";

const bufferLengthMax: number = 64 * 1024;

export class Output {
  readonly #stream: Writable;
  #pending = "";
  #isClosed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    // The failure itself comes to the write's callback.
    stream.on("error", () => undefined);
  }

  /** Whether nobody reads any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Adds a line. Returns a promise only when it is time to wait for the reader. */
  line(text: string): Promise<void> | undefined {
    this.#pending += `${text}\n`;
    return this.#pending.length < bufferLengthMax ? undefined : this.flush();
  }

  /** Writes what was collected. */
  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = "";
    if (text === "" || this.#isClosed) return;
    const failure = await new Promise<NodeJS.ErrnoException | null | undefined>((settle) => {
      this.#stream.write(text, settle);
    });
    if (failure === null || failure === undefined) return;
    this.#isClosed = true;
    if (failure.code === "EPIPE" || failure.code === "ERR_STREAM_DESTROYED") return;
    throw new CliError("IO", exitCodes.index, `Cannot write the output: ${failure.message}.`, {}, failure);
  }
}
