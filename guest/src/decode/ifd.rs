//! Reads the directories of a TIFF file, which is also what an EXIF block is (TIFF 6.0, section 2;
//! BigTIFF). Every lookup is bounded by the length of one directory. Not for strips and samples.

/// A file, or an EXIF block, with a sound header.
pub(super) struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
    big: bool,
    first: u64,
}

/// One directory: its entries, not yet looked at.
pub(super) struct Directory<'a> {
    tiff: &'a Tiff<'a>,
    entries: &'a [u8],
    next: u64,
}

/// The value of one entry.
pub(super) struct Value<'a> {
    tiff: &'a Tiff<'a>,
    kind: u16,
    data: &'a [u8],
}

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const LONG8: u16 = 16;
const IFD: u16 = 13;
const IFD8: u16 = 18;

impl<'a> Tiff<'a> {
    /// `None` when the header is not one of TIFF or BigTIFF.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let little_endian = match bytes.first_chunk()? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut tiff = Self {
            bytes,
            little_endian,
            big: false,
            first: 0,
        };
        tiff.big = match tiff.number(2, 2)? {
            42 => false,
            43 => true,
            _ => return None,
        };
        tiff.first = if tiff.big {
            tiff.number(8, 8)?
        } else {
            tiff.number(4, 4)?
        };
        Some(tiff)
    }

    /// The first directory: the first page of a picture, the camera's facts of an EXIF block.
    pub fn first(&self) -> Option<Directory<'_>> {
        self.directory(self.first)
    }

    /// The directory at an offset.
    pub fn directory(&self, offset: u64) -> Option<Directory<'_>> {
        let (count_bytes, entry_bytes, offset_bytes) =
            if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(offset, count_bytes)?;
        let start = offset.checked_add(count_bytes)?;
        let length = count.checked_mul(entry_bytes)?;
        let next = self
            .number(start.checked_add(length)?, offset_bytes)
            .unwrap_or(0);
        Some(Directory {
            tiff: self,
            entries: self.slice(start, length)?,
            next,
        })
    }

    /// The number of pages, counted up to `most + 1`; a chain that runs in a circle ends there too.
    pub fn pages(&self, most: u32) -> u32 {
        let mut pages = 0;
        let mut offset = self.first;
        while offset != 0 && pages <= most {
            let Some(directory) = self.directory(offset) else {
                break;
            };
            pages += 1;
            offset = directory.next;
        }
        pages
    }

    fn slice(&self, offset: u64, length: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        self.bytes.get(start..end)
    }

    fn number(&self, offset: u64, length: u64) -> Option<u64> {
        Some(self.read(self.slice(offset, length)?))
    }

    /// An unsigned number of up to 8 bytes.
    fn read(&self, bytes: &[u8]) -> u64 {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.little_endian {
            bytes.iter().rev().fold(0, append)
        } else {
            bytes.iter().fold(0, append)
        }
    }
}

impl<'a> Directory<'a> {
    /// The value of the first entry with this tag.
    pub fn get(&self, tag: u16) -> Option<Value<'a>> {
        let tiff = self.tiff;
        let (entry_bytes, count_bytes) = if tiff.big { (20, 8) } else { (12, 4) };
        let entry = self
            .entries
            .chunks_exact(entry_bytes)
            .find(|entry| tiff.read(&entry[..2]) == u64::from(tag))?;
        let kind = tiff.read(&entry[2..4]) as u16;
        let (count, inline) = entry[4..].split_at(count_bytes);
        let length = tiff.read(count).checked_mul(size_of(kind)?)?;
        let data = match inline.get(..usize::try_from(length).ok()?) {
            Some(data) => data,
            None => tiff.slice(tiff.read(inline), length)?,
        };
        Some(Value { tiff, kind, data })
    }

    /// The directory that an entry points at.
    pub fn child(&self, tag: u16) -> Option<Directory<'a>> {
        self.tiff.directory(self.get(tag)?.uint()?)
    }
}

fn size_of(kind: u16) -> Option<u64> {
    match kind {
        ASCII => Some(1),
        SHORT => Some(2),
        LONG | IFD => Some(4),
        RATIONAL | LONG8 | IFD8 => Some(8),
        _ => None,
    }
}

impl<'a> Value<'a> {
    /// The bytes of a text.
    pub fn ascii(&self) -> Option<&'a [u8]> {
        (self.kind == ASCII).then_some(self.data)
    }

    /// The first of one or more unsigned integers.
    pub fn uint(&self) -> Option<u64> {
        let integer = matches!(self.kind, SHORT | LONG | LONG8 | IFD | IFD8);
        let first = self
            .data
            .get(..usize::try_from(size_of(self.kind)?).ok()?)?;
        integer.then(|| self.tiff.read(first))
    }

    /// Three unsigned fractions; not finite when a denominator is 0.
    pub fn three_rationals(&self) -> Option<[f64; 3]> {
        let (parts, _) = self.data.as_chunks::<4>();
        let [a, b, c, d, e, f] = parts
            .first_chunk()?
            .map(|part| self.tiff.read(&part) as f64);
        (self.kind == RATIONAL).then_some([a / b, c / d, e / f])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Little-endian TIFF of directories without entries, one after another.
    fn chain(pages: u32, last: u32) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for page in 1..=pages {
            bytes.extend([0, 0]);
            let next = if page == pages { last } else { 8 + page * 6 };
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn pages_are_counted_up_to_the_limit() {
        assert_eq!(Tiff::parse(&chain(3, 0)).unwrap().pages(10), 3);
        assert_eq!(Tiff::parse(&chain(50, 0)).unwrap().pages(10), 11);
        // The last page points at the first one.
        assert_eq!(Tiff::parse(&chain(2, 8)).unwrap().pages(10), 11);
    }

    #[test]
    fn offsets_beyond_the_end_are_nothing() {
        assert!(
            Tiff::parse(b"II*\0\xFF\xFF\xFF\xFF")
                .unwrap()
                .first()
                .is_none()
        );
        assert!(
            Tiff::parse(b"MM\0+\0\x08\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")
                .unwrap()
                .first()
                .is_none()
        );
        assert!(Tiff::parse(b"II").is_none());
    }
}
