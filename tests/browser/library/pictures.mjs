// A large picture, written when it is needed: it would be heavy to keep.

import { deflateSync } from "node:zlib";

/**
 * A black PNG of 16 bits a channel with alpha, that decoders cannot read row by row: all of its samples, eight bytes a
 * pixel, are there at once.
 */
export function deepPng(width, height) {
  const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
  const sizes = passes.map(([x, y, across, down]) => {
    return (1 + 8 * Math.ceil((width - x) / across)) * Math.ceil((height - y) / down);
  });
  const rows = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  return png(width, height, [16, 6, 0, 0, 1], deflateSync(rows));
}

/** A PNG of waves: rows that differ, no palette, nothing that a decoder can skip. */
export function largePng(width, height) {
  const rows = Buffer.alloc((1 + width * 3) * height);
  let at = 0;
  for (let y = 0; y < height; y++) {
    rows[at++] = 0;
    for (let x = 0; x < width; x++) {
      rows[at++] = (x * x + y * 3) >> 8;
      rows[at++] = (x + y * y) >> 9;
      rows[at++] = (x ^ y) >> 4;
    }
  }
  return png(width, height, [8, 2, 0, 0, 0], deflateSync(rows, { level: 1 }));
}

/** `kind`: bit depth, colour type, compression, filter, interlace. */
function png(width, height, kind, data) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(kind, 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
