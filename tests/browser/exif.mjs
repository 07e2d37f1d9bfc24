// EXIF as cameras write it (Exif 3.0, 4.6), laid into a JPEG.

/** How many bytes a value of each type takes. */
const SIZES = { ascii: 1, long: 4, rational: 8 };
const TYPES = { ascii: 2, long: 4, rational: 5 };
const [ORDER, HEADER, ENTRY] = ["II*\0", 8, 12];

/**
 * The JPEG with what a camera would have written into it. Times are `YYYY:MM:DD hh:mm:ss` and an offset; places
 * are whole degrees, minutes and seconds, north and east.
 */
export function withExif(jpeg, { make, model, lens, taken, offset, north, east }) {
  const degrees = (parts) => ({ type: "rational", values: parts });
  const camera = { 0x9003: ascii(taken), 0x9011: ascii(offset), 0xa434: ascii(lens) };
  const place = { 1: ascii("N"), 2: degrees(north), 3: ascii("E"), 4: degrees(east) };
  const pointer = (to) => ({ type: "long", values: [to] });
  const main = (cameraAt, placeAt) => ({
    0x010f: ascii(make), 0x0110: ascii(model), 0x8769: pointer(cameraAt), 0x8825: pointer(placeAt),
  });
  const cameraAt = HEADER + directory(main(0, 0), HEADER).length;
  const placeAt = cameraAt + directory(camera, cameraAt).length;
  const header = Buffer.from(`${ORDER}\x08\0\0\0`, "latin1");
  const tiff = [header, directory(main(cameraAt, placeAt), HEADER), directory(camera, cameraAt), directory(place, placeAt)];
  const segment = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), ...tiff]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(segment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, segment, jpeg.subarray(2)]);
}

const ascii = (text) => ({ type: "ascii", values: [...Buffer.from(`${text}\0`, "latin1")] });

/** A directory at a place of the file, its longer values behind it. */
function directory(fields, at) {
  const entries = Object.entries(fields);
  const table = Buffer.alloc(2 + entries.length * ENTRY + 4);
  table.writeUInt16LE(entries.length, 0);
  const behind = [];
  let next = at + table.length;
  for (const [index, [tag, { type, values }]] of entries.entries()) {
    const bytes = encoded(type, values);
    const place = 2 + index * ENTRY;
    table.writeUInt16LE(Number(tag), place);
    table.writeUInt16LE(TYPES[type], place + 2);
    table.writeUInt32LE(values.length, place + 4);
    if (bytes.length <= 4) {
      bytes.copy(table, place + 8);
      continue;
    }
    table.writeUInt32LE(next, place + 8);
    behind.push(bytes);
    next += bytes.length;
  }
  return Buffer.concat([table, ...behind]);
}

function encoded(type, values) {
  if (type === "ascii") return Buffer.from(values);
  const bytes = Buffer.alloc(values.length * SIZES[type]);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, index * SIZES[type]);
    if (type === "rational") bytes.writeUInt32LE(1, index * SIZES[type] + 4);
  });
  return bytes;
}
