// Columns for the codec's specs: values of every width of difference, packed and mounted in a fresh space.

import { Encoder } from "../../../../assembly/attribute/equal/encode";
import * as equal from "../../../../assembly/attribute/equal/equal";
import { encoderHeader } from "../../../../assembly/attribute/equal/encode";
import { headerBytes, slotBytes, slotCountOf } from "../../../../assembly/attribute/equal/format";
import { Column } from "../../../../assembly/attribute/equal/read";
import { regionAllocate } from "../../../../assembly/memory";
import { random } from "../../support";

/** `count` values of U whose differences from `base` need at most `bits`. */
export function valuesAt<U extends number>(count: u32, base: u64, bits: u32): usize {
  const ptr = regionAllocate(<u64>count * sizeof<U>() + 64);
  const mask = u64.MAX_VALUE >> (64 - bits);
  for (let i: u32 = 0; i < count; ++i) store<U>(ptr + i * sizeof<U>(), <U>(base + (random() & mask)));
  return ptr;
}

export function encoderOf(valueBytes: u32, isSigned: bool, values: usize, count: u32): Encoder {
  const self = changetype<Encoder>(regionAllocate(offsetof<Encoder>()));
  equal.encoderOpen(self, valueBytes, count, isSigned);
  equal.encoderScan(self, values, count);
  return self;
}

/** Bytes of the file made last. */
export let fileBytes: u64 = 0;

/** The file of values, written in pieces of `step`. */
export function fileOf(valueBytes: u32, isSigned: bool, values: usize, count: u32, power: u32, step: u32): usize {
  const self = encoderOf(valueBytes, isSigned, values, count);
  fileBytes = equal.encoderBytes(self, power);
  const file = regionAllocate(fileBytes + 64);
  const slots = slotCountOf(count, power);
  encoderHeader(self, power, file);
  for (let at: u32 = 0; at < slots; ++at) equal.encoderSlots(self, at, 1, file + headerBytes + at * slotBytes);
  let target = file + headerBytes + slots * slotBytes;
  for (let at: u32 = 0; at < count; at += step)
    target += equal.encoderBlocks(self, values + at * valueBytes, min(step, count - at), target);
  expect<u64>(target - file).toBe(fileBytes);
  return file;
}

export function mounted(valueBytes: u32, isSigned: bool, file: usize, bytes: u64): Column {
  const self = changetype<Column>(regionAllocate(offsetof<Column>()));
  expect<u32>(equal.columnMount(self, valueBytes, file, bytes, isSigned, 0, 0)).toBe(0);
  return self;
}

/** Whether `count` values at two places are the same. */
export function sameBytes(a: usize, b: usize, bytes: usize): bool {
  return memory.compare(a, b, bytes) == 0;
}
