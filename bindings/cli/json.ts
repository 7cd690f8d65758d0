/**
 * Values as text. JSON has no 64-bit integers, no bytes and no infinities: integers of 64 bits become decimal strings,
 * whatever their size, so that a field has one type in all records; bytes become hex strings, NaN and the infinities
 * strings of their names. In a row, lists of numbers are arrays.
 */

/** A key or value of an index as JSON on one line. */
export function toJson(value: unknown): string {
  return JSON.stringify(plain(value), plainMember);
}

/** A key or value as people read it: text as it is, everything else as JSON without quotes around it. */
export function toText(value: unknown): string {
  const shown = plain(value);
  return typeof shown === "string" ? shown : JSON.stringify(shown, plainMember);
}

/** Anything as JSON, whatever lies in it. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_name, member) => plain(member));
}

/** Hex digits, two a byte; the reverse of {@link parseHex}. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Bytes of hex digits, or undefined for another text. */
export function parseHex(text: string): Uint8Array | undefined {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? new Uint8Array(Buffer.from(text, "hex")) : undefined;
}

/** A value of an input or an argument, quoted and short enough for a message. */
export function quote(value: unknown): string {
  const text = stringify(value) ?? String(value);
  return text.length <= quoteLengthMax ? text : `${text.slice(0, quoteLengthMax)}…`;
}

const quoteLengthMax = 80;

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? hex(value) : value;
}

/** A field of a row, an element of a list. */
function plainMember(_name: string, member: unknown): unknown {
  return ArrayBuffer.isView(member) ? Array.from(member as Float32Array) : plain(member);
}
