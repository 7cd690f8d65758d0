/**
 * Every bound the library puts on itself and on bytes it did not write, each with its unit last. A reader checks a
 * length against these before it allocates, loops or multiplies; passing one is IndexError LIMIT, never a wrong answer.
 */

const KiB = 1024;
const MiB = 1024 * KiB;

// Whole files read into memory before they are parsed.
export const formatOptionBytesMax: number = 4 * KiB;
/** 4,096 regions of 50 characters each. */
export const regionInfoBytesMax: number = 256 * KiB;
export const segmentMetricsBytesMax: number = 256 * KiB;
export const versionBytesMax: number = 4 * MiB;
/** Hashes of 512 GiB in blocks of 64 KiB, or of 32 GiB in blocks of 4 KiB. */
export const checksumsBytesMax: number = 64 * MiB;
export const lockBytesMax: number = 4 * KiB;

// Counts in an index.
export const segmentCountMax = 4_096;
export const segmentFileCountMax = 64;
/** Regions of an index: what 12 bits can say. */
export const regionCountMax = 4_096;
export const levelMax = 255;
/** Shards of a segment of Havenask's. */
export const shardCountMax = 1_024;
/** Segment ids and version numbers are 32-bit signed in Indexlib. */
export const segmentIdMax: number = 2 ** 31 - 1;
export const versionMax: number = 2 ** 31 - 1;
/** Versions that stay on disk whatever the cleaner does: the newest, and the one to fall back to. */
export const versionsKeptMin = 2;
/** Unusable versions that are tried, newest first, before an index is given up. */
export const versionWalkCountMax = 64;
/** Times a reader starts again because a writer published and cleaned while it looked. */
export const versionRelistCountMax = 8;

// Records.
export const keyBytesMax = 65_535;
export const valueBytesMax: number = 64 * MiB;

// Tables.
/** Buckets a lookup visits before it fails with LIMIT; the kernel's own bound, which a test compares with this. */
export const probeCountMax = 4_096;

// Names and paths.
export const nameBytesMax = 128;
export const pathDepthMax = 16;

// Work in flight.
/** Files whose size is checked at the same time when a version is opened. */
export const sizeCheckCountMax = 32;
/** One read or write call; systems refuse or split calls of 2 GiB. */
export const transferBytesMax: number = 1024 * MiB;

// Taking the writer's lock.
export const lockAttemptCountMax = 60;
export const lockRetryMillisecondsMax = 25;
/** A lock file that cannot be read is one being written, or, from this age on, one a crash left behind. */
export const lockTornSecondsMin = 10;

// Rows.
export const fieldCountMax = 1_024;
/** A schema's words are this long at most in a version file. */
export const rowWordLengthMax = 4_096;

// Configurations of Havenask.
export const configBytesMax: number = 4 * MiB;
export const configItemCountMax = 10_000;
