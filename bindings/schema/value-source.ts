/** Bytes that values are read from: a space, which has the same members, or what {@link valueSource} makes of bytes. */

import type { TextSource } from "./text.js";

export interface ValueSource extends TextSource {
  readonly view: DataView;
  /** Whether arrays may be views of these bytes. Of a space they are copies, since its memory moves and is used again. */
  readonly isOwned?: boolean;
}

/** Bytes that will not change: arrays of rows are views of them where alignment allows, and keep all of them alive. */
export function valueSource(bytes: Uint8Array): ValueSource {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: bytes as Uint8Array<ArrayBuffer>, view, slicer: undefined, isOwned: true };
}
