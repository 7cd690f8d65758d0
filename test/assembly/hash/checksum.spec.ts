import { blockShift, checksumBlocks } from "../../../assembly/hash/checksum";
import { xxh64 } from "../../../assembly/hash/xxh64";
import { regionAllocate } from "../../../assembly/memory";
import { freshSpace } from "../support";

const block: u32 = 1 << blockShift;
const untouched: u64 = 0xaaaaaaaaaaaaaaaa;

describe("checksums of blocks", () => {
  test("are XXH64 of each block, seeded by its place; the last may be shorter", () => {
    freshSpace();
    expect<u32>(block).toBe(65536);
    const ptr = regionAllocate(3 * block);
    const hashes = regionAllocate(64);
    for (let i: u32 = 0; i < 3 * block; ++i) store<u8>(ptr + i, <u8>(i * 7 + (i >> 8)));
    checksumBlocks(ptr, 2 * block + 5, 0x200000000, hashes);
    expect<u64>(load<u64>(hashes)).toBe(xxh64(ptr, block, 0x200000000));
    expect<u64>(load<u64>(hashes, 8)).toBe(xxh64(ptr + block, block, 0x200000001));
    expect<u64>(load<u64>(hashes, 16)).toBe(xxh64(ptr + 2 * block, 5, 0x200000002));
    expect<u64>(load<u64>(hashes, 24)).toBe(untouched);
  });

  test("are one for exactly one block, and none for no bytes", () => {
    freshSpace();
    const ptr = regionAllocate(block);
    const hashes = regionAllocate(64);
    checksumBlocks(ptr, block, 9, hashes);
    expect<u64>(load<u64>(hashes)).toBe(xxh64(ptr, block, 9));
    expect<u64>(load<u64>(hashes, 8)).toBe(untouched);
    checksumBlocks(ptr, 0, 9, hashes + 32);
    expect<u64>(load<u64>(hashes, 32)).toBe(untouched);
  });

  test("of equal blocks differ, so that a swap shows", () => {
    freshSpace();
    const ptr = regionAllocate(2 * block);
    memory.fill(ptr, 0, 2 * block);
    const hashes = regionAllocate(64);
    checksumBlocks(ptr, 2 * block, 0, hashes);
    expect<u64>(load<u64>(hashes)).not.toBe(load<u64>(hashes, 8));
  });
});
