/**
 * A space of the columns' codec. All columns of a thread share one, until it is full or trapped: a column is a region and
 * no instance, since a call site that meets several instances is three times as slow.
 */

import { isIndexError } from "../errors.js";
import type { AttributeExports } from "./attribute-exports.js";
import { wasmBase64, wasmByteLength } from "./attribute-wasm.gen.js";
import { Instances } from "./instances.js";
import { ModuleSpace, spaceBytesMax } from "./module-space.js";

const instances = new Instances<AttributeExports>(wasmBase64, wasmByteLength);

export class ColumnSpace extends ModuleSpace<AttributeExports> {
  constructor(memoryLimit: number = spaceBytesMax) {
    super(instances.take(), (instance) => instances.giveBack(instance), memoryLimit);
  }
}

let shared: ColumnSpace | undefined;

/** The space that columns are put into now. */
export function columnSpace(): ColumnSpace {
  if (shared === undefined || shared.unusable) shared = new ColumnSpace();
  return shared;
}

/** A new space, since the one of now is full; who holds columns there goes on with it. */
export function nextColumnSpace(): ColumnSpace {
  shared = new ColumnSpace();
  return shared;
}

/** What `action` makes in the space of now, or in a new one where that is full. MEMORY_LIMIT when that is too small also. */
export function inColumnSpace<T>(action: (space: ColumnSpace) => T): T {
  try {
    return action(columnSpace());
  } catch (cause) {
    if (!isIndexError(cause, "MEMORY_LIMIT")) throw cause;
    return action(nextColumnSpace());
  }
}
