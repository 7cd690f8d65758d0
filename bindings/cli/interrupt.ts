/** Signals that ask a build to end: it is aborted, cleans up, and exits as shells expect. A second one ends it at once. */

import { constants } from "node:os";
import { CliError, exitCodes } from "./failure.js";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** The error of the signal that came, if one came; `outcome` says what has become of the work. */
  error(outcome: string): CliError | undefined;
  /** Listens no longer. */
  stop(): void;
}

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let received: (typeof signals)[number] | undefined;
  const stop = (): void => {
    for (const name of signals) process.off(name, listener);
  };
  const listener = (name: NodeJS.Signals): void => {
    received = name as typeof received;
    stop();
    controller.abort();
  };
  for (const name of signals) process.on(name, listener);
  return {
    signal: controller.signal,
    error(outcome) {
      if (received === undefined) return undefined;
      const exitCode = exitCodes.signal + constants.signals[received];
      return new CliError("ABORTED", exitCode, `Interrupted by ${received}: ${outcome}`, { signal: received });
    },
    stop,
  };
}
