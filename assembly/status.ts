// What a kernel export answers. Expected conditions are small numbers, damage and limits are from 16 up;
// bindings/kernel/status.ts gives the second kind their messages. Nothing here traps.

export abstract class Status {
  /** Done, or found. */
  static readonly OK: u32 = 0;
  /** No bucket holds the key. */
  static readonly ABSENT: u32 = 1;
  /** The newest record of the key is a deletion. */
  static readonly DELETED: u32 = 2;
  /** No room in this building segment or table: seal it and go on in a new one. */
  static readonly FULL: u32 = 3;
  /** An older timestamp lost against what the key holds; nothing was written. */
  static readonly STALE: u32 = 4;
  /** Another region's record has the key's hash here, and nothing tells the two apart: seal, and go on in a new segment. */
  static readonly REGION_TAKEN: u32 = 5;

  /** The space may not grow any further. */
  static readonly NO_MEMORY: u32 = 16;
  /** More buckets would have to be probed than a lookup may: says nothing about the key. */
  static readonly PROBE_LIMIT: u32 = 17;
  /** Every salt of the key leads to another key's bucket. */
  static readonly SALTS_TAKEN: u32 = 18;
  /** A record reaches past the end of its value file. */
  static readonly VALUE_BOUNDS: u32 = 19;
  /** A record's own key does not fit into it. */
  static readonly RECORD_SHAPE: u32 = 20;
  /** A key file is shorter than its header says, or longer where the length is exact. */
  static readonly TABLE_SIZE: u32 = 21;
  /** A key file's header contradicts itself. */
  static readonly TABLE_HEADER: u32 = 22;
  /** A value longer than the format's length prefix can say. */
  static readonly VALUE_LENGTH: u32 = 23;
  /** A value that the bucket kind keeps for itself: an offset of its empty or deleted mark, or one past 4 bytes. */
  static readonly VALUE_RESERVED: u32 = 24;
  /** A region word with a flag that no writer sets, or of a region that the index does not have. */
  static readonly REGION_WORD: u32 = 25;

  /** An equal-value file whose header does not fit its size. */
  static readonly COLUMN_HEADER: u32 = 40;
  /** A slot of an equal-value file whose block lies outside of it. */
  static readonly COLUMN_BLOCK: u32 = 41;
  /** An item of a column that reaches past the end of its data, or does not fit into itself. */
  static readonly ITEM_BOUNDS: u32 = 42;
  /** An item longer than a count can say. */
  static readonly ITEM_LENGTH: u32 = 43;
}
