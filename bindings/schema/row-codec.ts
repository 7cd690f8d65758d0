/** Rows as values of an index: how `value-type.ts` stages and reads them, and reading some of their fields only. */

import { invalidOption } from "../errors.js";
import { type FieldWords, layoutOf, type Row, type RowLayout, type RowType, rowWord } from "./fields.js";
import { Unpacker } from "./pack-read.js";
import { Packer } from "./pack-write.js";
import type { ValueCodec } from "./value-type.js";

/** What reads values where they lie: all of a codec that a lookup needs. */
export type ValueReader<V> = Pick<ValueCodec<V>, "read">;

export interface RowCodec<R = Record<string, unknown>> extends ValueCodec<R> {
  readonly layout: RowLayout;
  /** Reads the fields of these names only, in this order. INVALID_OPTION for a name that is no field. */
  select<N extends keyof R & string>(names: readonly N[]): ValueReader<Pick<R, N>>;
}

/** Choices of fields that are kept compiled; callers name the same few again and again. */
const selectionCountMax = 64;
/** A row of up to these bytes fits into a bucket. */
const inlineBytesMax = 8;

/** The codec of a row type. INVALID_OPTION. */
export function rowCodec<F extends FieldWords>(type: RowType<F>): RowCodec<Row<F>> {
  const layout = layoutOf(type);
  const packer = new Packer(layout);
  const names = layout.fields.map(({ name }) => name);
  const whole = new Unpacker<Row<F>>(layout, names);
  const selections = new Map<string, Unpacker<never>>();
  return {
    layout,
    type: rowWord(layout),
    byteWidth: layout.byteWidth <= inlineBytesMax ? layout.byteWidth : 0,
    prepare: (row) => packer.pack(row),
    bound: (packed) => (packed as Uint8Array).byteLength,
    write(space, at, packed) {
      space.bytes.set(packed as Uint8Array, at);
      return (packed as Uint8Array).byteLength;
    },
    read: (source, ptr, byteLength) => whole.read(source, ptr, byteLength),
    select(chosen) {
      // With their count, so that no name that is none can sound like two.
      const id = `${chosen.length} ${chosen.join(" ")}`;
      let unpacker = selections.get(id);
      if (unpacker === undefined) {
        checkNames(chosen, names);
        unpacker = new Unpacker(layout, chosen);
        if (selections.size < selectionCountMax) selections.set(id, unpacker);
      }
      return unpacker;
    },
  };
}

function checkNames(chosen: readonly string[], names: readonly string[]): void {
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown === undefined && chosen.length > 0) return;
  throw invalidOption({
    what: "Unusable option select",
    field: "select",
    expected: `some of ${names.join(", ").slice(0, 200)}`,
    got: unknown ?? "no field",
  });
}
