// Many keys in one call, in groups: hash all of a group and touch their buckets, and only then compare. The misses of a
// group are in flight together; one after the other each would cost a whole memory access.

import { Bucket } from "../bucket/bucket";
import { OffsetBucket } from "../bucket/offset";
import { PlainBucket } from "../bucket/plain";
import { TimestampedBucket } from "../bucket/timestamped";
import { Status } from "../status";
import { loadWidth, storeWidth, touched } from "../value/bytes";
import { cellMask } from "./cell";
import { Block, blockOf, cuckooProbe, cuckooProbeFrom, mixOf } from "./cuckoo";
import { Probe, denseProbeOn } from "./dense";
import { Kind, Table, blockBuckets } from "./format";
import { seatValue, tableFind, tableMakeRoom, tablePutAt, tableTakes } from "./table";

const groupCount: u32 = 32;

/** For each key of a group: its first bucket or block, and then where its probe ended; in a cuckoo table also its second block and `mixOf`. */
const firsts: usize = memory.data(128, 64);
const seconds: usize = memory.data(128, 64);
const mixes: usize = memory.data(256, 64);

/** Finds and touches the first buckets of `group` keys. */
function aim(table: Table, keys: usize, group: u32): void {
  if (table.kind & Kind.CUCKOO) aimCuckoo(table, keys, group);
  else if (table.kind & Kind.KEY_SHORT) aimDense<u32>(table, keys, group);
  else aimDense<u64>(table, keys, group);
}

function aimDense<K>(table: Table, keys: usize, group: u32): void {
  const buckets = table.buckets();
  const stride = table.bucketBytes;
  const count = table.bucketCount;
  let sum: u64 = 0;
  for (let i: usize = 0; i < group; ++i) {
    const home = buckets + <usize>(<u64>load<K>(keys + (i << 3)) % count) * stride;
    store<u32>(firsts + (i << 2), <u32>home);
    sum += load<u8>(home);
  }
  touched(sum);
}

/** The first two blocks of each key; where there is one function only, its block twice. */
function aimCuckoo(table: Table, keys: usize, group: u32): void {
  const f: u32 = table.hashCount > 1 ? 1 : 0;
  let sum: u64 = 0;
  for (let i: usize = 0; i < group; ++i) {
    const mixed = mixOf(table, load<u64>(keys + (i << 3)));
    const first = table.block(blockOf(table, mixed, 0));
    const second = table.block(blockOf(table, mixed, f));
    store<u64>(mixes + (i << 3), mixed);
    store<u32>(firsts + (i << 2), <u32>first);
    store<u32>(seconds + (i << 2), <u32>second);
    sum += load<u8>(first) + load<u8>(second);
  }
  touched(sum);
}

/**
 * Looks up `count` u64 keys in a table of any kind but those with regions, which only segments have. Writes a status byte a key (FULL counts as ABSENT) and, for a live key, its value's bytes.
 */
export function tableFindMany(table: Table, keys: usize, count: u32, statuses: usize, values: usize): void {
  while (count != 0) {
    const group = min(groupCount, count);
    aim(table, keys, group);
    findGroup(table, keys, group, statuses, values);
    keys += (<usize>group) << 3;
    statuses += group;
    values += group * table.valueBytes;
    count -= group;
  }
}

function findGroup(table: Table, keys: usize, group: u32, statuses: usize, values: usize): void {
  switch (table.kind & cellMask) {
    case Kind.PLAIN:
    case Kind.COMPACT:
      findEach<PlainBucket<u64>>(table, keys, group, statuses, values);
      break;
    case Kind.TIMESTAMPED:
      findEach<TimestampedBucket<u64>>(table, keys, group, statuses, values);
      break;
    case Kind.OFFSET_SHORT:
      findEach<OffsetBucket<u64, u32>>(table, keys, group, statuses, values);
      break;
    case Kind.OFFSET:
      findEach<OffsetBucket<u64, u64>>(table, keys, group, statuses, values);
      break;
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      findEach<TimestampedBucket<u32>>(table, keys, group, statuses, values);
      break;
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      findEach<OffsetBucket<u32, u32>>(table, keys, group, statuses, values);
      break;
    case Kind.OFFSET | Kind.KEY_SHORT:
      findEach<OffsetBucket<u32, u64>>(table, keys, group, statuses, values);
      break;
    default:
      findEach<PlainBucket<u32>>(table, keys, group, statuses, values);
  }
}

/** Goes from the first buckets to where each key's probe ends, and then takes what is there. */
function findEach<B extends Bucket>(table: Table, keys: usize, group: u32, statuses: usize, values: usize): void {
  if (table.kind & Kind.CUCKOO) {
    const stride = table.bucketBytes;
    for (let i: usize = 0; i < group; ++i) {
      const key = load<u64>(keys + (i << 3));
      const first = <usize>load<u32>(firsts + (i << 2));
      const second = <usize>load<u32>(seconds + (i << 2));
      // Both at once: in which of them a key lies nobody can foretell.
      const stops = Block.stops<B>(first, stride, key) | (Block.stops<B>(second, stride, key) << blockBuckets);
      const at = ctz(stops);
      let bucket = at < blockBuckets ? first + at * stride : second + (at - blockBuckets) * stride;
      if (stops == 0) bucket = cuckooProbeFrom<B>(table, key, load<u64>(mixes + (i << 3)), 2);
      else if (!changetype<B>(bucket).stops(key)) bucket = cuckooProbe<B>(table, key);
      store<u32>(firsts + (i << 2), <u32>bucket);
    }
  } else {
    for (let i: usize = 0; i < group; ++i) {
      const key = load<u64>(keys + (i << 3));
      const home = <usize>load<u32>(firsts + (i << 2));
      if (!changetype<B>(home).stops(key)) store<u32>(firsts + (i << 2), <u32>denseProbeOn<B>(table, key, home));
    }
  }
  const width = table.valueBytes;
  for (let i: usize = 0; i < group; ++i) {
    const key = load<u64>(keys + (i << 3));
    const bucket = <usize>load<u32>(firsts + (i << 2));
    let status: u32 = Status.OK;
    if (changetype<B>(0).inSlot(key) || bucket == Probe.LIMIT) {
      status = findOther(table, key, values);
    } else if (bucket == Probe.NONE) {
      status = Status.ABSENT;
    } else if (changetype<B>(bucket).isLive(key)) {
      const valuePtr = changetype<B>(bucket).valuePtr();
      if (width == 8) store<u64>(values, load<u64>(valuePtr));
      else storeWidth(values, width, loadWidth(valuePtr, width));
    } else {
      status = changetype<B>(bucket).isEmpty() ? Status.ABSENT : Status.DELETED;
    }
    store<u8>(statuses + i, <u8>status);
    values += width;
  }
}

/** The status of a key that lies in a slot, its value taken, or whose probe came to its bound: asked once more, alone. */
function findOther(table: Table, key: u64, values: usize): u32 {
  const status = tableFind(table, key);
  if (status == Status.OK) storeWidth(values, table.valueBytes, seatValue(table));
  return status == Status.FULL ? Status.ABSENT : status;
}

/** Keys of the newest `tableInsertMany` that are in. */
let insertedCount: u32 = 0;

export function tableInserted(): u32 {
  return insertedCount;
}

/**
 * Inserts `count` u64 keys with their values, packed, and u32 seconds, or 0 seconds where `timestamps` is 0. Stops at the
 * first that does not get in: OK, FULL, NO_MEMORY, VALUE_RESERVED; `tableInserted` says how many did.
 */
export function tableInsertMany(table: Table, keys: usize, count: u32, values: usize, timestamps: usize): u32 {
  const width = table.valueBytes;
  insertedCount = 0;
  while (insertedCount < count) {
    const group = min(groupCount, count - insertedCount);
    aim(table, keys, group);
    for (let i: u32 = 0; i < group; ++i) {
      const timestamp: u32 = timestamps == 0 ? 0 : load<u32>(timestamps + ((<usize>insertedCount) << 2));
      const status = tableInsertOne(table, load<u64>(keys), loadWidth(values, width), timestamp);
      if (status != Status.OK) return status;
      keys += 8;
      values += width;
      ++insertedCount;
    }
  }
  return Status.OK;
}

/** Inserts one: OK, FULL, NO_MEMORY, VALUE_RESERVED, PROBE_LIMIT. */
export function tableInsertOne(table: Table, key: u64, value: u64, timestamp: u32): u32 {
  if (!tableTakes(table.kind, value)) return Status.VALUE_RESERVED;
  let before = tableFind(table, key);
  if (before == Status.FULL) before = tableMakeRoom(table, key);
  if (before > Status.DELETED) return before;
  tablePutAt(table, before, key, value, timestamp);
  return Status.OK;
}
