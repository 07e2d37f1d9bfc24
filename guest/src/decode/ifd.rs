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

/// Tags that say what a directory is for, and what they say of those that are no pages.
const NEW_SUBFILE_TYPE: u16 = 254;
const REDUCED: u64 = 1;
const MASK: u64 = 4;
const SUBFILE_TYPE: u16 = 255;
const OLD_REDUCED: u64 = 2;

/// Bytes of the first entries of a directory: 20 of TIFF, 12 of BigTIFF.
const BEGINNING: usize = 240;

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

    /// Where the directories of pages lie: those of the chain, without thumbnails and masks. A chain of more
    /// than `most` directories, or one that runs in a circle, is cut behind `most + 1`, and all of those count.
    pub fn pages(&self, most: u32) -> Vec<u64> {
        let chain: Vec<_> = self
            .chain()
            .take((most as usize).saturating_add(1))
            .collect();
        let is_too_long = chain.len() > most as usize;
        let pages = chain
            .iter()
            .filter(|(_, directory)| is_too_long || directory.is_page());
        pages.map(|(offset, _)| *offset).collect()
    }

    /// Makes a directory the first one of a copy of the file.
    pub fn set_first(&self, file: &mut [u8], offset: u64) -> Option<()> {
        let (at, length) = if self.big { (8, 8) } else { (4, 4) };
        let place = file.get_mut(at..at + length)?;
        if self.little_endian {
            place.copy_from_slice(&offset.to_le_bytes()[..length]);
        } else {
            place.copy_from_slice(&offset.to_be_bytes()[8 - length..]);
        }
        Some(())
    }

    /// The directories one after another, each with its offset; endless when they run in a circle.
    fn chain(&self) -> impl Iterator<Item = (u64, Directory<'_>)> {
        let at = |offset: u64| Some((offset, self.directory(offset)?));
        std::iter::successors(at(self.first), move |(_, directory)| {
            (directory.next != 0).then(|| at(directory.next))?
        })
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

    /// It is of a picture of its own: no smaller copy of another one, and no mask. Entries are in ascending
    /// order and these tags are the lowest, so that only the beginning of a long directory is looked at.
    fn is_page(&self) -> bool {
        let beginning = Directory {
            entries: &self.entries[..self.entries.len().min(BEGINNING)],
            ..*self
        };
        let number = |tag| beginning.get(tag).and_then(|value| value.uint());
        let (kind, old_kind) = (number(NEW_SUBFILE_TYPE), number(SUBFILE_TYPE));
        kind.unwrap_or(0) & (REDUCED | MASK) == 0 && old_kind != Some(OLD_REDUCED)
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
        let pages = |file: &[u8]| Tiff::parse(file).unwrap().pages(10).len();
        assert_eq!(pages(&chain(3, 0)), 3);
        assert_eq!(pages(&chain(50, 0)), 11);
        // The last page points at the first one.
        assert_eq!(pages(&chain(2, 8)), 11);
    }

    /// Big-endian TIFF of directories with one entry each: a tag and its number.
    fn of_kinds(kinds: &[(u16, u32)]) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
        for (at, (tag, number)) in (1..).zip(kinds) {
            bytes.extend([0, 1]);
            bytes.extend([&tag.to_be_bytes()[..], &[0, 4, 0, 0, 0, 1]].concat());
            bytes.extend(number.to_be_bytes());
            let next = if at == kinds.len() { 0 } else { 8 + at * 18 };
            bytes.extend((next as u32).to_be_bytes());
        }
        bytes
    }

    #[test]
    fn thumbnails_and_masks_are_no_pages() {
        let kinds = [
            (NEW_SUBFILE_TYPE, 0),
            (NEW_SUBFILE_TYPE, 1),
            (NEW_SUBFILE_TYPE, 2),
            (NEW_SUBFILE_TYPE, 4),
            (NEW_SUBFILE_TYPE, 6),
            (SUBFILE_TYPE, 2),
            (SUBFILE_TYPE, 3),
        ];
        let file = of_kinds(&kinds);
        let pages = Tiff::parse(&file).unwrap().pages(10);
        assert_eq!(pages, [8, 8 + 2 * 18, 8 + 6 * 18]);
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
