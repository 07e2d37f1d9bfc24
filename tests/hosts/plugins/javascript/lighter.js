// A hasher of one's own in JavaScript: is each block of the picture lighter than what is around it?
//
// The same definition as ../rust/src/lib.rs, so that both give the same bits: whole numbers only, because plain
// arithmetic is the same everywhere.

/** Cells on each side of the luma plane. */
const SIDE = 256;
/** Blocks on each side, one bit each. */
const BLOCKS = 16;
/** Cells on each side of a block. */
const BLOCK = SIDE / BLOCKS;

/** The interface `fingerprinting` of `wit/`. A component has nothing else to export. */
export const fingerprinting = {
  describe() {
    return { name: "Lighter than around", version: 1, bits: BLOCKS * BLOCKS, input: "luma-plane" };
  },

  /** `plane` is a Uint8Array of 65,536 bytes; what is thrown is the error of the WIT's result. */
  hash(plane) {
    if (plane.length !== SIDE * SIDE) throw `a luma plane has ${SIDE * SIDE} bytes, this one ${plane.length}`;
    const sums = blockSums(plane);
    const bits = new Uint8Array((BLOCKS * BLOCKS) / 8);
    for (let block = 0; block < BLOCKS * BLOCKS; block += 1) {
      const [sum, count] = around(sums, block % BLOCKS, Math.floor(block / BLOCKS));
      if (sums[block] * count > sum) bits[block >> 3] |= 0x80 >> (block & 7);
    }
    return bits;
  },
};

/** The sum of the cells of each block, row by row. In plain loops: the engine in the component has no compiler. */
function blockSums(plane) {
  const sums = new Uint32Array(BLOCKS * BLOCKS);
  for (let y = 0; y < SIDE; y += 1) {
    const row = Math.floor(y / BLOCK) * BLOCKS;
    for (let x = 0; x < SIDE; x += 1) sums[row + Math.floor(x / BLOCK)] += plane[y * SIDE + x];
  }
  return sums;
}

/** The sum of the blocks around one, and how many they are: fewer at the edges. */
function around(sums, x, y) {
  let [sum, count] = [0, 0];
  for (let ny = Math.max(y - 2, 0); ny <= Math.min(y + 2, BLOCKS - 1); ny += 1) {
    for (let nx = Math.max(x - 2, 0); nx <= Math.min(x + 2, BLOCKS - 1); nx += 1) {
      if (nx === x && ny === y) continue;
      sum += sums[ny * BLOCKS + nx];
      count += 1;
    }
  }
  return [sum, count];
}
