/** Values as text, one JSON value a line. */

const utf8 = new TextEncoder();

/** One JSON value a line. */
export function jsonLines(values: readonly unknown[]): Uint8Array {
  return utf8.encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

export function parseLines<T>(bytes: Uint8Array): T[] {
  return new TextDecoder()
    .decode(bytes)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
