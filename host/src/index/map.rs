//! A file as memory: the one `unsafe` step of the index.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::Mmap;

/// The bytes of a file, mapped for reading.
pub(super) struct Map(Mmap);

impl Map {
    /// Maps a snapshot.
    pub(super) fn of(snapshot: &File) -> io::Result<Self> {
        // SAFETY: the bytes of a map must not change while it lives. A snapshot is written under another
        // name, and takes its name by a rename when it is whole; nobody writes to it after that: a later
        // one takes the name away, and the file that is mapped stays as it is until the map is dropped.
        // This holds for every process that serves the folder. Who edits the file by hand breaks it, as
        // who edits the program's own file does.
        let map = unsafe { Mmap::map(snapshot) }?;
        Ok(Self(map))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
