// Block checksums (FORMAT.md clause 6): XXH64 of each 64 KiB block, seeded by its place, so that a block which was
// swapped with another does not pass.

import { xxh64 } from "./xxh64";

/** log2 of a block's bytes. */
export const blockShift: u32 = 16;

/**
 * Writes the u64 hashes of the blocks of `bytes` at `ptr` to `hashes`. `seed` is that of the first block; each further
 * block's is one more. Only the last block of a file may be shorter than a block.
 */
export function checksumBlocks(ptr: usize, bytes: u64, seed: u64, hashes: usize): void {
  const blockBytes: u64 = 1 << blockShift;
  while (bytes != 0) {
    const take = min(bytes, blockBytes);
    store<u64>(hashes, xxh64(ptr, take, seed));
    ptr += <usize>take;
    bytes -= take;
    hashes += 8;
    ++seed;
  }
}
