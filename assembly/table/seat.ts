// Where a lookup or a walk left off: the write that follows puts its record there without probing again.

@unmanaged
export class Seat {
  /** The bucket or slot of the key: its own, or the empty one where it would go. */
  bucket: usize;
  valuePtr: usize;
  timestamp: u32;
}

const seatBytes: i32 = 16;

/** What the newest lookup or walk met. */
export const seat: Seat = changetype<Seat>(memory.data(seatBytes, 8));
