// Regions in segments: whose a bucket is, and what happens where two regions' hashes meet.

import { murmur64a, murmurRegion, unmurmurRegion } from "../../../assembly/hash/murmur64a";
import { regionAllocate } from "../../../assembly/memory";
import { findOne } from "../../../assembly/read/find";
import { Form, KeyForm } from "../../../assembly/read/form";
import { Segment } from "../../../assembly/read/segment";
import { walkSegment } from "../../../assembly/read/walk";
import { Status } from "../../../assembly/status";
import { Kind } from "../../../assembly/table/format";
import { seat, tableFind } from "../../../assembly/table/table";
import { regionWord } from "../../../assembly/value/pack";
import { freshSpace } from "../support";
import { addIn, directoryOf, formOf, getBytes, seed, segmentOf } from "../write/support";

const regionCount: u32 = 3;
const keyLen: u32 = 8;

function formIn(keys: u32): Form {
  return formOf(keys, false, false, false, regionCount);
}

function keyOf(key: u64): usize {
  const ptr = regionAllocate(8);
  store<u64>(ptr, key);
  return ptr;
}

const m: u64 = 0xc6a4a7935bd1e995;
const mInverse: u64 = 0x5f7a0ea7e59b19bd;

/** The key of 8 bytes whose murmur64a is `hash`. */
function keyOfHash(hash: u64): u64 {
  let h = (hash ^ (hash >> 47)) * mInverse;
  h = (h ^ (h >> 47)) * mInverse;
  let k = (h ^ seed ^ (8 * m)) * mInverse;
  k ^= k >> 47;
  return k * mInverse;
}

/** The key of region `target` that meets `key` of region `source`. */
function meeting(key: usize, source: u32, target: u32): usize {
  const hashed = murmurRegion(murmur64a(key, keyLen, seed), source);
  return keyOf(keyOfHash(unmurmurRegion(hashed, target)));
}

function getIn(segment: Segment, regionId: u32, key: usize): string {
  segment.form.regionId = regionId;
  return getBytes(segment, key, keyLen);
}

describe("the hash of a region", () => {
  test("is undone to the key's own", () => {
    let wrong = 0;
    for (let region: u32 = 0; region < 4096; region += 273) {
      for (let i: u64 = 0; i < 100; ++i) {
        const hash = i * 0x9e3779b97f4a7c15;
        if (unmurmurRegion(murmurRegion(hash, region), region) != hash) ++wrong;
      }
    }
    expect<i32>(wrong).toBe(0);
  });
});

describe("a segment of regions", () => {
  test("holds a key for each", () => {
    freshSpace();
    const segment = segmentOf(formIn(KeyForm.EXACT), Kind.REGION, 8);
    const key = keyOf(1);
    addIn(segment, 0, key, keyLen, "zero", false);
    addIn(segment, 2, key, keyLen, "two", false);
    expect<string>(getIn(segment, 0, key)).toBe("zero");
    expect<string>(getIn(segment, 1, key)).toBe(`[${Status.ABSENT}]`);
    expect<string>(getIn(segment, 2, key)).toBe("two");
    addIn(segment, 0, key, keyLen, "", true);
    expect<string>(getIn(segment, 0, key)).toBe(`[${Status.DELETED}]`);
    expect<string>(getIn(segment, 2, key)).toBe("two");
  });

  test("sends an exact key that meets another region's to the next salt", () => {
    freshSpace();
    const segment = segmentOf(formIn(KeyForm.EXACT), Kind.REGION, 8);
    const key = keyOf(1);
    const other = meeting(key, 0, 1);
    segment.form.regionId = 0;
    const hash = segment.form.hashBytes(key, keyLen);
    segment.form.regionId = 1;
    expect<u64>(segment.form.hashBytes(other, keyLen)).toBe(hash);
    addIn(segment, 0, key, keyLen, "zero", false);
    expect<string>(getIn(segment, 1, other)).toBe(`[${Status.ABSENT}]`);
    addIn(segment, 1, other, keyLen, "one", false);
    expect<u64>(segment.table.keyCount).toBe(2);
    expect<string>(getIn(segment, 0, key)).toBe("zero");
    expect<string>(getIn(segment, 1, other)).toBe("one");
  });

  test("is full for a hashed key that meets another region's, and absent to whoever asks", () => {
    freshSpace();
    const form = formIn(KeyForm.HASHED);
    const segment = segmentOf(form, Kind.REGION, 8);
    const key = keyOf(1);
    const other = meeting(key, 0, 1);
    addIn(segment, 0, key, keyLen, "zero", false);
    expect<u32>(addIn(segment, 1, other, keyLen, "one", false)).toBe(Status.FULL);
    expect<u32>(addIn(segment, 1, other, keyLen, "", true)).toBe(Status.FULL);
    const directory = directoryOf(form, [segment]);
    form.regionId = 1;
    expect<u32>(findOne(directory, form.hashBytes(other, keyLen), other, keyLen)).toBe(Status.ABSENT);
    form.regionId = 0;
    expect<u32>(findOne(directory, form.hashBytes(key, keyLen), key, keyLen)).toBe(Status.OK);
    expect<u64>(segment.table.keyCount).toBe(1);
  });

  test("refuses a word that nobody writes, found or walked", () => {
    const rows: usize = memory.data(256, 8);
    for (let keys = KeyForm.EXACT; keys <= KeyForm.HASHED; ++keys) {
      for (let damage = 0; damage < 2; ++damage) {
        freshSpace();
        const form = formIn(keys);
        const segment = segmentOf(form, Kind.REGION_TIMESTAMPED, 8);
        const key = keyOf(1);
        addIn(segment, 0, key, keyLen, "zero", false);
        const directory = directoryOf(form, [segment]);
        const hash = form.hashBytes(key, keyLen);
        tableFind(segment.table, hash);
        store<u64>(seat.valuePtr, damage == 0 ? regionWord(0, 0, 3) : regionWord(0, regionCount, 2));
        expect<u32>(findOne(directory, hash, key, keyLen)).toBe(Status.REGION_WORD);
        expect<u32>(walkSegment(directory, 0, 0, rows, 4)).toBe(1);
        expect<u32>(load<u32>(rows)).toBe(Status.REGION_WORD);
      }
    }
  });
});
