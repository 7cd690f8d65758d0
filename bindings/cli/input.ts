/** Where records come from: a file or stdin, and which format it has. Called by build.ts. */

import { fstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { type Facts, inputError, usageError } from "./failure.js";
import { quote } from "./json.js";

export type Format = "ndjson" | "csv" | "tsv";

export const formats: readonly Format[] = ["ndjson", "csv", "tsv"];

const formatOfEnding: ReadonlyMap<string, Format> = new Map([
  ["ndjson", "ndjson"],
  ["jsonl", "ndjson"],
  ["json-lines", "ndjson"],
  ["csv", "csv"],
  ["tsv", "tsv"],
]);

const chunkBytes: number = 256 * 1024;

/** An open input. Its chunks are read once; iterating them to the end, or out of the loop, closes it. */
export interface Input {
  /** For messages: the path as it was given, or `stdin`. */
  readonly name: string;
  readonly format: Format;
  /** Bytes there are, when that is known. */
  readonly byteLength: number | undefined;
  /** Whether it comes from the keyboard. */
  readonly isTyped: boolean;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes taken from the chunks so far. */
  readonly bytesRead: number;
  /** Closes it early. */
  close(): void;
}

/** The format of `path` by `--format` or its ending. USAGE when neither tells. */
export function formatOf(path: string, format: Format | undefined): Format {
  if (format !== undefined) return format;
  const choices = "Give --format ndjson, --format csv or --format tsv";
  if (path === "-") throw usageError(`The format of stdin is not known. ${choices}.`, { option: "--format" });
  const ending = /\.([^.]+)$/.exec(basename(path))?.[1]?.toLowerCase() ?? "";
  const found = formatOfEnding.get(ending);
  if (found !== undefined) return found;
  const advice =
    ending === "gz"
      ? `Unpack it on the way: gunzip -c ${path} | indexlib-kv build - --format ndjson …`
      : ending === "json"
        ? `${choices}. NDJSON has one object on each line; jq -c '.[]' makes it of an array.`
        : `${choices}.`;
  throw usageError(`The format of ${path} cannot be told by its ending${ending && ` .${ending}`}. ${advice}`, {
    option: "--format",
    file: path,
  });
}

/**
 * Opens a path, or stdin for `-`; `signal` ends the reading. INPUT_NOT_FOUND, INPUT_UNREADABLE, and the latter while
 * reading.
 */
export async function openInput(path: string, format: Format, signal: AbortSignal): Promise<Input> {
  const [name, stream, byteLength] = path === "-" ? openStdin() : await openFile(path);
  // Whoever iterates gets the failure; without a listener one before that would end the process.
  stream.on("error", () => undefined);
  addAbortSignal(signal, stream);
  const input = {
    name,
    format,
    byteLength,
    isTyped: path === "-" && process.stdin.isTTY === true,
    bytesRead: 0,
    chunks: readChunks(stream, name, (count) => {
      input.bytesRead += count;
    }),
    close: () => void stream.destroy(),
  };
  return input;
}

type Opened = readonly [name: string, stream: Readable, byteLength: number | undefined];

function openStdin(): Opened {
  if (process.stdin.isTTY) process.stderr.write("Reading records from the terminal; Ctrl-D ends them.\n");
  return ["stdin", process.stdin, sizeOfStdin()];
}

/** A redirected file has a size, a pipe has none. */
function sizeOfStdin(): number | undefined {
  try {
    const stats = fstatSync(0);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined;
  }
}

async function openFile(path: string): Promise<Opened> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error("it is a directory"), { code: "EISDIR" });
    return [path, handle.createReadStream({ highWaterMark: chunkBytes }), stats.isFile() ? stats.size : undefined];
  } catch (cause) {
    await handle?.close();
    throw unreadable(path, cause);
  }
}

async function* readChunks(
  stream: Readable,
  name: string,
  onRead: (byteCount: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      onRead(chunk.length);
      yield chunk;
    }
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

/** The failure of reading a file. */
export function unreadable(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  const facts: Facts = { file: path, operation: "read" };
  if (code === "ENOENT") {
    const where = path.startsWith("/") ? "" : ` in ${process.cwd()}`;
    return inputError("INPUT_NOT_FOUND", `No file ${quote(path)}${where}. Check the path.`, facts, cause);
  }
  if (code === "EISDIR") {
    return inputError("INPUT_UNREADABLE", `${path} is a directory. Name one file.`, facts, cause);
  }
  return inputError("INPUT_UNREADABLE", `Cannot read ${path}: ${message}.`, facts, cause);
}
