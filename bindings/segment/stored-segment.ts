/** What a version file says of a segment: made by the dump, kept by the manifest, checked by whoever loads it. */

export interface StoredFile {
  /** Path inside the segment. */
  readonly name: string;
  readonly byteLength: number;
}

export interface StoredSegment {
  readonly id: number;
  readonly level: number;
  /** XXH64 of the sidecar, seed 0, as 16 hex digits; absent for a segment without one. */
  readonly checksums?: string;
  /** Every file of the segment, the sidecar among them. */
  readonly files: readonly StoredFile[];
}

/** The files of one segment and where they lie, whoever said so. */
export interface SegmentFiles extends Pick<StoredSegment, "checksums" | "files"> {
  /** Path of the segment's directory in its storage; "" for the storage's root. */
  readonly directory: string;
}
