// Many keys in one call, in groups: hash all of a group and touch their buckets, and only then compare. The misses of a
// group are in flight together; one after the other each would cost a whole memory access.

import { Bucket } from "../bucket/bucket";
import { CompactBucket } from "../bucket/compact";
import { OffsetBucket } from "../bucket/offset";
import { PlainBucket } from "../bucket/plain";
import { TimestampedBucket } from "../bucket/timestamped";
import { Status } from "../status";
import { loadWidth, storeWidth, touched } from "../value/bytes";
import { cellMask, lookSlot } from "./cell";
import { blockOf, cuckooProbeFrom, mixOf } from "./cuckoo";
import { Probe, denseProbeFrom } from "./dense";
import { Kind, Table } from "./format";
import { seat } from "./seat";
import { slotOf, tableEnd, tableFind, tableMakeRoom, tablePutAt, tableTakes } from "./table";

const groupCount: u32 = 16;

/** For each key of a group: u64 key, u64 what its cuckoo hashes share, u32 address of its first bucket. */
@unmanaged
class Aim {
  key: u64;
  mixed: u64;
  first: usize;
}

const aimShift: u32 = 5;
const aims: usize = memory.data(512, 64);

function aimAt(i: u32): Aim {
  return changetype<Aim>(aims + ((<usize>i) << aimShift));
}

/** Fills `aims` with `group` keys and touches where they would lie. */
function takeAim(table: Table, keys: usize, group: u32): void {
  const isShort = (table.kind & Kind.KEY_SHORT) != 0;
  const isCuckoo = (table.kind & Kind.CUCKOO) != 0;
  const buckets = table.buckets();
  const stride = table.bucketBytes;
  const count = table.bucketCount;
  let sum: u64 = 0;
  for (let i: u32 = 0; i < group; ++i) {
    let key = load<u64>(keys + ((<usize>i) << 3));
    if (isShort) key = <u64>(<u32>key);
    const aim = aimAt(i);
    aim.key = key;
    if (isCuckoo) {
      const mixed = mixOf(table, key);
      aim.mixed = mixed;
      aim.first = table.block(blockOf(table, mixed, 0));
      // The last byte of a block too: it may lie on another line.
      sum += load<u8>(table.block(blockOf(table, mixed, 1)));
    } else {
      aim.first = buckets + <usize>(key % count) * stride;
    }
    sum += load<u8>(aim.first);
  }
  touched(sum);
}

/**
 * Looks up `count` u64 keys in a table of any kind but those with regions, which only segments have. Writes a status byte a key (FULL counts as ABSENT) and, for a live key, its value's bytes.
 */
export function tableFindMany(table: Table, keys: usize, count: u32, statuses: usize, values: usize): void {
  switch (table.kind & cellMask) {
    case Kind.PLAIN:
      findAll<PlainBucket<u64>>(table, keys, count, statuses, values);
      break;
    case Kind.TIMESTAMPED:
      findAll<TimestampedBucket<u64>>(table, keys, count, statuses, values);
      break;
    case Kind.OFFSET_SHORT:
      findAll<OffsetBucket<u64, u32>>(table, keys, count, statuses, values);
      break;
    case Kind.OFFSET:
      findAll<OffsetBucket<u64, u64>>(table, keys, count, statuses, values);
      break;
    case Kind.COMPACT:
      findAll<CompactBucket<u64>>(table, keys, count, statuses, values);
      break;
    case Kind.PLAIN | Kind.KEY_SHORT:
      findAll<PlainBucket<u32>>(table, keys, count, statuses, values);
      break;
    case Kind.TIMESTAMPED | Kind.KEY_SHORT:
      findAll<TimestampedBucket<u32>>(table, keys, count, statuses, values);
      break;
    case Kind.OFFSET_SHORT | Kind.KEY_SHORT:
      findAll<OffsetBucket<u32, u32>>(table, keys, count, statuses, values);
      break;
    case Kind.OFFSET | Kind.KEY_SHORT:
      findAll<OffsetBucket<u32, u64>>(table, keys, count, statuses, values);
      break;
    default:
      findAll<CompactBucket<u32>>(table, keys, count, statuses, values);
  }
}

function findAll<B extends Bucket>(table: Table, keys: usize, count: u32, statuses: usize, values: usize): void {
  const width = table.valueBytes;
  const isCuckoo = (table.kind & Kind.CUCKOO) != 0;
  while (count != 0) {
    const group = min(groupCount, count);
    takeAim(table, keys, group);
    for (let i: u32 = 0; i < group; ++i) {
      const aim = aimAt(i);
      const key = aim.key;
      let status: u32;
      if (changetype<B>(0).inSlot(key)) {
        status = lookSlot(table.kind, slotOf(table, key));
        if (status == Status.OK) storeWidth(values, width, loadWidth(seat.valuePtr, width));
      } else {
        const bucket = isCuckoo
          ? cuckooProbeFrom<B>(table, key, aim.mixed, aim.first)
          : denseProbeFrom<B>(table, key, aim.first);
        if (bucket <= Probe.LIMIT) {
          status = tableEnd(table, bucket);
          if (status == Status.FULL) status = Status.ABSENT;
        } else if (changetype<B>(bucket).isEmpty()) {
          status = Status.ABSENT;
        } else if (changetype<B>(bucket).isDeleted()) {
          status = Status.DELETED;
        } else {
          status = Status.OK;
          storeWidth(values, width, loadWidth(changetype<B>(bucket).valuePtr(), width));
        }
      }
      store<u8>(statuses++, <u8>status);
      values += width;
    }
    keys += (<usize>group) << 3;
    count -= group;
  }
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
    takeAim(table, keys, group);
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
