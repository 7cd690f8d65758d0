// Indexlib's hash of a text, two keyed sums of 32 bits over a table that is made here: what items of a unique column are known
// by. Not made to withstand an adversary: who must tell items apart compares their bytes (unique.ts).

const rows: u32 = 256;
/** Of the table's five columns two are needed. */
const columns: u32 = 5;
const tableBytes: i32 = 2 * 256 * 4;
const table: usize = memory.data(tableBytes, 4);
let isMade: bool = false;

function makeTable(): void {
  let seed: u32 = 0x00100001;
  for (let row: u32 = 0; row < rows; ++row) {
    for (let column: u32 = 0; column < columns; ++column) {
      seed = (seed * 125 + 3) % 0x2aaaab;
      const high = seed & 0xffff;
      seed = (seed * 125 + 3) % 0x2aaaab;
      if (column < 2) store<u32>(table + ((column * rows + row) << 2), (high << 16) | (seed & 0xffff));
    }
  }
  isMade = true;
}

export function textHash(ptr: usize, len: u32): u64 {
  if (!isMade) makeTable();
  let a: u32 = 0x7fed7fed;
  let b: u32 = 0xeeeeeeee;
  let c: u32 = 0x7fed7fed;
  let d: u32 = 0xeeeeeeee;
  for (const end = ptr + len; ptr < end; ++ptr) {
    const byte: u32 = load<u8>(ptr);
    a = load<u32>(table + (byte << 2)) ^ (a + b);
    b = byte + a + b + (b << 5) + 3;
    c = load<u32>(table + ((rows + byte) << 2)) ^ (c + d);
    d = byte + c + d + (d << 5) + 3;
  }
  return ((<u64>a) << 32) | c;
}
