/** Keys and values as bytes, for engines that know only bytes. Little-endian; JSON as its text. */

/** (bytes, at, key) → its length. */
export function keyWriter(type) {
  if (type === "string") {
    return (bytes, at, key) => {
      const { length } = key;
      if (length > 48) return bytes.utf8Write(key, at);
      // A loop beats a call into the encoder up to some fifty characters.
      for (let i = 0; i < length; i++) {
        const code = key.charCodeAt(i);
        if (code > 127) return bytes.utf8Write(key, at);
        bytes[at + i] = code;
      }
      return length;
    };
  }
  return (bytes, at, key) => {
    const high = (key / 2 ** 32) >>> 0;
    for (let i = 0; i < 4; i++) bytes[at + i] = key >>> (i * 8);
    for (let i = 0; i < 4; i++) bytes[at + 4 + i] = high >>> (i * 8);
    return 8;
  };
}

/** (bytes, at, value) → its length; at most 1 MiB. */
export function valueWriter(type) {
  if (type === "bytes") {
    return (bytes, at, value) => {
      bytes.set(value, at);
      return value.length;
    };
  }
  if (type === "u32") {
    return (bytes, at, value) => {
      for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (i * 8);
      return 4;
    };
  }
  return (bytes, at, value) => bytes.utf8Write(JSON.stringify(value), at);
}

/** (bytes, at, length) → the value; bytes as a view. */
export function valueReader(type) {
  if (type === "bytes") return (bytes, at, length) => new Uint8Array(bytes.buffer, bytes.byteOffset + at, length);
  if (type === "u32") {
    return (bytes, at) => (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }
  return (bytes, at, length) => JSON.parse(bytes.utf8Slice(at, at + length));
}

/** A number key as 8 bytes whose order is the numbers' order: a Buffer of its own. */
export function orderedKey(key) {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE((key / 2 ** 32) >>> 0, 0);
  bytes.writeUInt32BE(key >>> 0, 4);
  return bytes;
}
