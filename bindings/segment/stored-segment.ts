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
