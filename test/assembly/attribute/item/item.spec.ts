import {
  FrameKind,
  ItemKind,
  hashItem,
  item,
  itemCompose,
  itemParse,
  itemText,
} from "../../../../assembly/attribute/item/format";
import { ItemReader, itemsFind, itemsUpdate } from "../../../../assembly/attribute/item/read";
import { textHash } from "../../../../assembly/attribute/item/text-hash";
import { ItemWriter, itemsAddMany, itemsOpen } from "../../../../assembly/attribute/item/write";
import { regionAllocate } from "../../../../assembly/memory";
import { Status } from "../../../../assembly/status";
import { freshSpace, hexAt, hexOf, textAt } from "../../support";

/** A frame whose body is `hex`, hashed as an item. */
function frameOf(kind: u32, count: u32, hex: string): usize {
  const bytes = hex.length / 2;
  const frame = regionAllocate(32 + bytes + 8);
  store<u32>(frame, bytes);
  store<u32>(frame, kind, 4);
  store<u32>(frame, count, 8);
  store<u32>(frame, bytes, 12);
  store<u32>(frame, hashItem, 16);
  store<u32>(frame, 0, 20);
  store<u64>(frame, 0, 24);
  if (bytes > 0) memory.copy(frame + 32, hexAt(hex), bytes);
  return frame;
}

function composed(kind: u32, count: u32, hex: string): string {
  freshSpace();
  const target = regionAllocate(1024);
  return hexOf(target, itemCompose(frameOf(kind, count, hex), target));
}

describe("an item", () => {
  test("is made of its frame", () => {
    expect<string>(composed(FrameKind.COUNTED, 5, "68656c6c6f")).toBe("0568656c6c6f");
    expect<string>(composed(FrameKind.COUNTED, 2, "fbffffff07000000")).toBe("02fbffffff07000000");
    expect<string>(composed(FrameKind.RAW, 4, "61622020")).toBe("61622020");
    expect<string>(composed(FrameKind.NULL, 0, "")).toBe("ffffffff");
    expect<string>(composed(FrameKind.TEXTS, 0, "")).toBe("00");
    expect<string>(composed(FrameKind.TEXTS, 3, "0100000061" + "00000000" + "0100000062")).toBe("03010002030161000162");
  });

  test("of texts has offsets as wide as the last one's", () => {
    freshSpace();
    const frame = regionAllocate(1024);
    memory.fill(frame, 0, 1024);
    store<u32>(frame, 254 + 4 + 5);
    store<u32>(frame, FrameKind.TEXTS, 4);
    store<u32>(frame, 2, 8);
    store<u32>(frame, 254 + 4 + 5, 12);
    store<u32>(frame, 254, 32);
    store<u32>(frame, 1, 32 + 4 + 254);
    const target = regionAllocate(1024);
    const bytes = itemCompose(frame, target);
    expect<string>(hexOf(target, 8)).toBe("0202000000" + "0140fe");
    expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, target, target + bytes)).toBe(Status.OK);
    expect<u32>(item.bytes).toBe(bytes);
    expect<usize>(itemText(1)).toBe(target + bytes - 2);
    for (let cut: u32 = 0; cut < bytes; ++cut)
      expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, target, target + cut)).toBe(Status.ITEM_BOUNDS);
  });

  test("is found with its payload, and no byte behind it is needed", () => {
    freshSpace();
    const text = hexAt("0568656c6c6f");
    expect<u32>(itemParse(ItemKind.TEXT, 1, 0, text, text + 6)).toBe(Status.OK);
    expect<usize>(item.payload).toBe(text + 1);
    expect<u32>(item.payloadBytes).toBe(5);
    expect<u32>(itemParse(ItemKind.TEXT, 1, 0, text, text + 5)).toBe(Status.ITEM_BOUNDS);
    const numbers = hexAt("02fbffffff07000000");
    expect<u32>(itemParse(ItemKind.NUMBERS, 4, 0, numbers, numbers + 9)).toBe(Status.OK);
    expect<u32>(item.count).toBe(2);
    expect<u32>(itemParse(ItemKind.NUMBERS, 8, 0, numbers, numbers + 9)).toBe(Status.ITEM_BOUNDS);
    expect<u32>(itemParse(ItemKind.NUMBERS, 4, 8, numbers, numbers + 9)).toBe(Status.OK);
    expect<u32>(item.count).toBe(2);
    expect<u32>(itemParse(ItemKind.NUMBERS, 4, 12, numbers, numbers + 9)).toBe(Status.ITEM_BOUNDS);
    const none = hexAt("ffffffff");
    expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, none, none + 4)).toBe(Status.OK);
    expect<u32>(item.isNull).toBe(1);
    expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, none, none + 3)).toBe(Status.ITEM_BOUNDS);
    // A count of a thousand million numbers of 8 bytes.
    const huge = hexAt("fffffffe00");
    expect<u32>(itemParse(ItemKind.NUMBERS, 8, 0, huge, huge + 5)).toBe(Status.ITEM_BOUNDS);
  });

  test("of texts that do not lie one behind the other is refused", () => {
    freshSpace();
    const good = hexAt("020100020161" + "0162");
    expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, good, good + 8)).toBe(Status.OK);
    const doubled = hexAt("020100000161" + "0162");
    expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, doubled, doubled + 8)).toBe(Status.ITEM_BOUNDS);
    const wide = hexAt("020300020161" + "0162");
    expect<u32>(itemParse(ItemKind.TEXTS, 1, 0, wide, wide + 8)).toBe(Status.ITEM_BOUNDS);
  });
});

describe("the text hash", () => {
  test("is Indexlib's", () => {
    freshSpace();
    expect<u64>(textHash(0, 0)).toBe(0x7fed7fed7fed7fed);
    expect<u64>(bswap<u64>(textHash(textAt("a"), 1))).toBe(0xf4f6bbb0683dc67d);
    expect<u64>(bswap<u64>(textHash(textAt("hello"), 5))).toBe(0x635f1cd72a23aa90);
    expect<u64>(bswap<u64>(textHash(hexAt("ffffffff"), 4))).toBe(0x5b68ffb173555b33);
  });
});

let offsets: usize = 0;
let target: usize = 0;

function writerOf(isUnique: bool, isExact: bool): ItemWriter {
  freshSpace();
  offsets = regionAllocate(64);
  target = regionAllocate(4096);
  const self = changetype<ItemWriter>(regionAllocate(offsetof<ItemWriter>()));
  expect<u32>(itemsOpen(self, isUnique, isExact)).toBe(Status.OK);
  return self;
}

function added(self: ItemWriter, frame: usize): u64 {
  expect<u32>(itemsAddMany(self, frame, frame + 40, offsets, target)).toBe(Status.OK);
  return load<u64>(offsets);
}

describe("a writer of items", () => {
  test("writes each where no two need be one", () => {
    const self = writerOf(false, false);
    expect<u64>(added(self, frameOf(FrameKind.COUNTED, 2, "6161"))).toBe(0);
    expect<u64>(added(self, frameOf(FrameKind.COUNTED, 2, "6161"))).toBe(3);
    expect<u64>(self.dataBytes).toBe(6);
    expect<u32>(self.itemCount).toBe(2);
  });

  test("writes equal ones once", () => {
    const self = writerOf(true, true);
    expect<u64>(added(self, frameOf(FrameKind.COUNTED, 2, "6161"))).toBe(0);
    expect<u64>(added(self, frameOf(FrameKind.COUNTED, 1, "62"))).toBe(3);
    expect<u64>(added(self, frameOf(FrameKind.COUNTED, 2, "6161"))).toBe(0);
    expect<u32>(self.itemCount).toBe(2);
    expect<u32>(self.itemBytesMax).toBe(3);
  });

  test("tells items of one hash apart by their bytes, unless told not to", () => {
    for (let exact: u32 = 0; exact < 2; ++exact) {
      const self = writerOf(true, exact == 1);
      const a = frameOf(FrameKind.COUNTED, 1, "61");
      const b = frameOf(FrameKind.COUNTED, 1, "62");
      // Given hashes, both 5.
      store<u32>(a, <u32>-2, 16);
      store<u32>(b, <u32>-2, 16);
      store<u64>(a, 5, 24);
      store<u64>(b, 5, 24);
      expect<u64>(added(self, a)).toBe(0);
      expect<u64>(added(self, b)).toBe(exact == 1 ? 2 : 0);
      expect<u64>(added(self, a)).toBe(0);
    }
  });
});

describe("a reader of items", () => {
  test("finds them by their offsets, and updated ones behind the data", () => {
    freshSpace();
    const self = changetype<ItemReader>(regionAllocate(offsetof<ItemReader>()));
    memory.fill(changetype<usize>(self), 0, offsetof<ItemReader>());
    self.valueBytes = 1;
    self.count = 2;
    self.data = hexAt("0161" + "026262");
    self.dataBytes = 5;
    self.offsets = hexAt("000000000200000005000000");
    self.offsetBytes = 4;
    self.threshold = 6;
    expect<u32>(itemsFind(self, 1)).toBe(Status.OK);
    expect<string>(hexOf(item.payload, item.payloadBytes)).toBe("6262");
    expect<u32>(itemsUpdate(self, 0, frameOf(FrameKind.COUNTED, 3, "636363"))).toBe(Status.OK);
    expect<u32>(self.offsetBytes).toBe(4);
    expect<u32>(itemsUpdate(self, 1, frameOf(FrameKind.COUNTED, 1, "64"))).toBe(Status.OK);
    expect<u32>(self.offsetBytes).toBe(8);
    expect<u32>(itemsFind(self, 0)).toBe(Status.OK);
    expect<string>(hexOf(item.payload, item.payloadBytes)).toBe("636363");
    expect<u32>(itemsFind(self, 1)).toBe(Status.OK);
    expect<string>(hexOf(item.payload, item.payloadBytes)).toBe("64");
    store<u64>(self.offsets, 11);
    expect<u32>(itemsFind(self, 0)).toBe(Status.ITEM_BOUNDS);
    store<u64>(self.offsets, u64.MAX_VALUE);
    expect<u32>(itemsFind(self, 0)).toBe(Status.ITEM_BOUNDS);
  });
});
