//! Memory that comes in pages: a file as memory, which is the one `unsafe` step of the index, and large pages.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::{Mmap, MmapMut};

/// Bytes mapped for reading.
pub(super) struct Map(Mmap);

impl Map {
    /// Maps a snapshot.
    pub(super) fn new(snapshot: &File) -> io::Result<Self> {
        // SAFETY: the bytes of a map must not change while it lives. A snapshot is written under another
        // name, and takes its name by a rename when it is whole; nobody writes to it after that: a later
        // one takes the name away, and the file that is mapped stays as it is until the map is dropped.
        // This holds for every process that serves the folder. Who edits the file by hand breaks it, as
        // who edits the program's own file does.
        let map = unsafe { Mmap::map(snapshot) }?;
        Ok(Self(map))
    }

    /// These bytes in large pages, where the system grants any. A search jumps about in tables of many
    /// megabytes: with pages of 4 KB it would wait for the tables of pages as often as for the bytes.
    pub(super) fn large(bytes: &[u8]) -> io::Result<Self> {
        let mut map = MmapMut::map_anon(bytes.len())?;
        #[cfg(target_os = "linux")]
        if let Err(error) = map.advise(memmap2::Advice::HugePage) {
            tracing::debug!("the index has no large pages: {error}");
        }
        map.copy_from_slice(bytes);
        map.make_read_only().map(Self)
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
