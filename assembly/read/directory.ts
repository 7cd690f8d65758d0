// The segment directory: which segments one lookup asks, newest first. A binding lays it out in a region and makes a
// new one whenever the list changes; whoever still holds the old one reads the old list (a snapshot).
//
//   │ u32 form │ u32 count │ { u32 segment, u32 older } × count │
//   older: the newest timestamp in any segment behind this one; a record that is not older ends the search

import { Form } from "./form";
import { Segment } from "./segment";

const entriesAt: usize = 8;
const entryShift: u32 = 3;

@unmanaged
export class Directory {
  form: Form;
  count: u32;

  @inline
  segment(index: u32): Segment {
    return changetype<Segment>(<usize>load<u32>(this.entry(index)));
  }

  @inline
  olderTimestampMax(index: u32): u32 {
    return load<u32>(this.entry(index), 4);
  }

  @inline
  private entry(index: u32): usize {
    return changetype<usize>(this) + entriesAt + ((<usize>index) << entryShift);
  }
}
