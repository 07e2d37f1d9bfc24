//! The index as one file, mapped when the program starts instead of built. Whoever keeps the file opens it.
//!
//! A header, a table of contents in JSON, then the arrays as they lie in memory, each with its
//! checksum. A file of another version, another byte order or with a bit that is not as it was written
//! is refused whole: the index can always be built from the store. Nothing here decides which store
//! a snapshot belongs to; it carries a [`Mark`] for who knows.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{Algorithm, ProjectName};

use super::array::Array;
use super::buckets::Buckets;
use super::builder::{Definition, SegmentBuilder};
use super::map::Map;
use super::multi_index::{Entries, MultiIndex, SubstringTable};
use super::segment::{AnyMultiIndex, Segment};
use super::substrings::Substring;
use super::tombstones::Tombstones;
use super::{Index, State};

const MAGIC: [u8; 8] = *b"vismatch";
/// Raised whenever what is written changes, what is indexed of an image, or how fingerprints are spread and cut.
const VERSION: u32 = 3;
/// Reads as another number where bytes are ordered otherwise.
const ORDER: u32 = 0x0102_0304;
const HEADER: usize = 32;
/// Arrays begin at multiples of this: more than any of their numbers needs.
const ALIGNMENT: usize = 64;

/// Why a snapshot cannot be used. Nobody has to act: the index is built from the store instead.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("the snapshot cannot be read")]
    Unreadable(#[source] io::Error),
    /// It is not what this program writes.
    #[error("the snapshot is {0}")]
    Unusable(&'static str),
}

/// Where the store stood when a snapshot was taken: every change up to `sequence` is in it, and
/// perhaps later ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Of the change sequence.
    pub sequence: u64,
    /// Some of the changes, by number and the hexadecimal id of the image: another store has others.
    pub witnesses: Vec<(u64, String)>,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    mark: Mark,
    segments: Vec<SegmentContents>,
}

#[derive(Serialize, Deserialize)]
struct SegmentContents {
    projects: Vec<(String, u32, u32)>,
    ids: Part,
    gone: Part,
    multi_indexes: Vec<MultiIndexContents>,
}

#[derive(Serialize, Deserialize)]
struct MultiIndexContents {
    algorithm: String,
    version: u16,
    parts: u32,
    words: Part,
    owners: Part,
    tables: Vec<SubstringTableContents>,
}

#[derive(Serialize, Deserialize)]
struct SubstringTableContents {
    occupied: Part,
    ranks: Part,
    starts: Part,
    /// None of the first table's own.
    entries: Option<Part>,
}

/// Where an array lies, from the end of the table of contents on.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Part {
    start: usize,
    bytes: usize,
    crc32: u32,
}

/// The arrays of a snapshot in the making.
#[derive(Default)]
struct Arrays<'a> {
    parts: Vec<(usize, &'a [u8])>,
    end: usize,
}

impl Index {
    /// Writes everything that is there into a new file. Not for an async thread.
    pub fn save(&self, file: &File, mark: Mark) -> io::Result<()> {
        let (segments, stamp) = self.everything();
        write(file, &segments, stamp, mark)
    }

    /// Maps a snapshot, and checks every byte of it. Not for an async thread.
    pub fn open(file: &File) -> Result<(Self, Mark), SnapshotError> {
        let map = Arc::new(Map::new(file).map_err(SnapshotError::Unreadable)?);
        let (contents, start) = contents(&map)?;
        let reader = Reader { map, start };
        let segments = contents.segments.iter();
        let segments: Result<Vec<_>, _> = segments.map(|segment| reader.segment(segment)).collect();
        let segments = segments?;
        let images = segments.iter();
        let images = images
            .map(|segment| segment.len() - segment.tombstones.len())
            .sum();
        let index = Self::default();
        *index.write() = State {
            images,
            segments: Arc::new(segments.into_iter().map(Arc::new).collect()),
            ..State::default()
        };
        Ok((index, contents.mark))
    }

    /// Every segment and the memtable as one more, at a stamp.
    fn everything(&self) -> (Vec<Arc<Segment>>, u64) {
        let mut builder = SegmentBuilder::default();
        let state = self.read();
        state.memtable.gather(|_| true, |_| true, &mut builder);
        let (mut segments, stamp) = (state.segments.to_vec(), state.stamp);
        drop(state);
        segments.push(Arc::new(Segment::build(builder, usize::MAX)));
        (segments, stamp)
    }
}

fn write(file: &File, segments: &[Arc<Segment>], stamp: u64, mark: Mark) -> io::Result<()> {
    let gone = segments
        .iter()
        .map(|segment| segment.tombstones.until(stamp));
    let gone: Vec<Vec<u32>> = gone.collect();
    let mut arrays = Arrays::default();
    let both = segments.iter().zip(&gone);
    let contents = Contents {
        mark,
        segments: both
            .map(|(segment, gone)| arrays.segment(segment, gone))
            .collect(),
    };
    let contents = serde_json::to_vec(&contents)?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    out.write_all(&MAGIC)?;
    for number in [VERSION, ORDER, crc32fast::hash(&contents), 0] {
        out.write_all(&number.to_ne_bytes())?;
    }
    out.write_all(&(contents.len() as u64).to_ne_bytes())?;
    out.write_all(&contents)?;
    let start = HEADER + contents.len();
    let mut at = start;
    for (part, bytes) in arrays.parts {
        let begin = aligned(start) + part;
        out.write_all(&[0; ALIGNMENT][..begin - at])?;
        out.write_all(bytes)?;
        at = begin + bytes.len();
    }
    out.flush()
}

impl<'a> Arrays<'a> {
    fn add<T: Pod>(&mut self, numbers: &'a [T]) -> Part {
        let bytes: &[u8] = bytemuck::cast_slice(numbers);
        let start = aligned(self.end);
        self.parts.push((start, bytes));
        self.end = start + bytes.len();
        Part {
            start,
            bytes: bytes.len(),
            crc32: crc32fast::hash(bytes),
        }
    }

    fn segment(&mut self, segment: &'a Segment, gone: &'a [u32]) -> SegmentContents {
        let projects = segment.projects.iter();
        let multi_indexes = segment.multi_indexes.iter();
        SegmentContents {
            projects: projects
                .map(|(name, images)| (name.as_str().to_owned(), images.start, images.end))
                .collect(),
            ids: self.add(&segment.ids),
            gone: self.add(gone),
            multi_indexes: multi_indexes
                .map(|(key, multi_index)| match multi_index {
                    AnyMultiIndex::Bits64(multi_index) => self.multi_index(*key, multi_index),
                    AnyMultiIndex::Bits128(multi_index) => self.multi_index(*key, multi_index),
                    AnyMultiIndex::Bits256(multi_index) => self.multi_index(*key, multi_index),
                })
                .collect(),
        }
    }

    fn multi_index<const W: usize>(
        &mut self,
        key: Definition,
        multi_index: &'a MultiIndex<W>,
    ) -> MultiIndexContents {
        MultiIndexContents {
            algorithm: key.0.name().to_owned(),
            version: key.1,
            parts: multi_index.parts,
            words: self.add(&multi_index.words),
            owners: self.add(&multi_index.owners),
            tables: multi_index
                .tables
                .iter()
                .map(|table| self.table(table))
                .collect(),
        }
    }

    fn table(&mut self, table: &'a SubstringTable) -> SubstringTableContents {
        SubstringTableContents {
            occupied: self.add(&table.buckets.occupied),
            ranks: self.add(&table.buckets.ranks),
            starts: self.add(&table.buckets.starts),
            entries: match &table.entries {
                Entries::Sorted => None,
                Entries::Copies(copies) => Some(self.add(copies)),
                Entries::Slots(places) => Some(self.add(places)),
            },
        }
    }
}

/// The table of contents, and where the arrays begin.
fn contents(map: &[u8]) -> Result<(Contents, usize), SnapshotError> {
    use SnapshotError::Unusable;
    let header = map.first_chunk::<HEADER>().ok_or(Unusable("cut off"))?;
    let word = |at: usize| {
        header[at..]
            .first_chunk()
            .copied()
            .map_or(0, u32::from_ne_bytes)
    };
    if header[..8] != MAGIC {
        return Err(Unusable("no snapshot of this program"));
    }
    if (word(8), word(12)) != (VERSION, ORDER) {
        return Err(Unusable("from another version or kind of machine"));
    }
    let length = header.last_chunk().copied().map_or(0, u64::from_ne_bytes);
    let end = usize::try_from(length)
        .ok()
        .and_then(|length| length.checked_add(HEADER));
    let text = end.and_then(|end| map.get(HEADER..end));
    let text = text.ok_or(Unusable("cut off"))?;
    if crc32fast::hash(text) != word(16) {
        return Err(Unusable("damaged"));
    }
    let contents = serde_json::from_slice(text).map_err(|_| Unusable("damaged"))?;
    Ok((contents, aligned(HEADER + text.len())))
}

/// Takes arrays out of a map.
struct Reader {
    map: Arc<Map>,
    start: usize,
}

impl Reader {
    fn segment(&self, contents: &SegmentContents) -> Result<Segment, SnapshotError> {
        let ids: Array<u128> = self.array(contents.ids)?;
        let tombstones = Tombstones::new(ids.len());
        for image in self.array::<u32>(contents.gone)?.iter() {
            check((*image as usize) < ids.len())?;
            tombstones.mark(*image, 0);
        }
        let projects = contents.projects.iter();
        let projects = projects.map(|(name, start, end)| {
            check(start <= end && *end as usize <= ids.len())?;
            let name = ProjectName::parse(name).map_err(|_| SnapshotError::Unusable("damaged"))?;
            Ok((name, *start..*end))
        });
        let multi_indexes = contents.multi_indexes.iter();
        Ok(Segment {
            projects: projects.collect::<Result<_, SnapshotError>>()?,
            multi_indexes: multi_indexes
                .map(|multi_index| self.any_multi_index(multi_index))
                .collect::<Result<_, _>>()?,
            tombstones,
            ids,
        })
    }

    fn any_multi_index(
        &self,
        contents: &MultiIndexContents,
    ) -> Result<(Definition, AnyMultiIndex), SnapshotError> {
        let unknown = SnapshotError::Unusable("of an algorithm that is not known");
        let algorithm = Algorithm::from_name(&contents.algorithm).ok_or(unknown)?;
        let multi_index = match algorithm.bits() / u64::BITS {
            1 => AnyMultiIndex::Bits64(self.multi_index(contents)?),
            2 => AnyMultiIndex::Bits128(self.multi_index(contents)?),
            _ => AnyMultiIndex::Bits256(self.multi_index(contents)?),
        };
        Ok(((algorithm, contents.version), multi_index))
    }

    fn multi_index<const W: usize>(
        &self,
        contents: &MultiIndexContents,
    ) -> Result<MultiIndex<W>, SnapshotError> {
        let mut multi_index = MultiIndex {
            words: self.array(contents.words)?,
            owners: self.array(contents.owners)?,
            parts: contents.parts,
            tables: Vec::new(),
        };
        check(multi_index.words.len() == multi_index.owners.len() * W && contents.parts <= 64)?;
        check(contents.parts == 0 || contents.parts > 2)?;
        let substrings = multi_index.substrings();
        check(substrings.len() == contents.tables.len())?;
        let tables = substrings.iter().zip(&contents.tables);
        let tables =
            tables.map(|(substring, table)| self.table::<W>(substring, table, multi_index.len()));
        multi_index.tables = tables.collect::<Result<_, _>>()?;
        Ok(multi_index)
    }

    fn table<const W: usize>(
        &self,
        substring: &Substring,
        contents: &SubstringTableContents,
        fingerprints: usize,
    ) -> Result<SubstringTable, SnapshotError> {
        let buckets = Buckets {
            occupied: self.array(contents.occupied)?,
            ranks: self.array(contents.ranks)?,
            starts: self.array(contents.starts)?,
        };
        let (entries, length) = match contents.entries {
            None => (Entries::Sorted, fingerprints),
            Some(part) if W == 1 => (Entries::Copies(self.array(part)?), part.bytes / 8),
            Some(part) => (Entries::Slots(self.array(part)?), part.bytes / 4),
        };
        let (words, end) = (buckets.occupied.len(), buckets.starts.last());
        check(words == substring.values().div_ceil(64) && words == buckets.ranks.len())?;
        check(end.is_some_and(|end| *end as usize == length))?;
        Ok(SubstringTable { buckets, entries })
    }

    fn array<T: Pod>(&self, part: Part) -> Result<Array<T>, SnapshotError> {
        let range = self.range(part).ok_or(SnapshotError::Unusable("cut off"))?;
        let bytes = self.map.get(range.clone());
        let bytes = bytes.ok_or(SnapshotError::Unusable("cut off"))?;
        check(crc32fast::hash(bytes) == part.crc32)?;
        Array::mapped(&self.map, range).ok_or(SnapshotError::Unusable("damaged"))
    }

    fn range(&self, part: Part) -> Option<Range<usize>> {
        let start = self.start.checked_add(part.start)?;
        Some(start..start.checked_add(part.bytes)?)
    }
}

fn check(sound: bool) -> Result<(), SnapshotError> {
    match sound {
        true => Ok(()),
        false => Err(SnapshotError::Unusable("damaged")),
    }
}

fn aligned(at: usize) -> usize {
    at.next_multiple_of(ALIGNMENT)
}
