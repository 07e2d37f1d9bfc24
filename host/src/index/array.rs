//! Numbers that lie in memory, in large pages if they are many, or in a mapped snapshot; whoever reads them
//! need not know where.

use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::Pod;

use super::map::Map;

/// From so many bytes on, large pages are asked for.
const LARGE: usize = 4 << 20;

/// A slice that owns its place.
pub(super) enum Array<T> {
    Owned(Vec<T>),
    Mapped(Section<T>),
}

/// A part of a map, in this machine's byte order.
pub(super) struct Section<T> {
    map: Arc<Map>,
    bytes: Range<usize>,
    of: PhantomData<T>,
}

impl<T: Pod> Array<T> {
    /// The numbers in these bytes of a map; `None` when they do not lie in it, or not as they must.
    pub(super) fn mapped(map: &Arc<Map>, bytes: Range<usize>) -> Option<Self> {
        bytemuck::try_cast_slice::<u8, T>(map.get(bytes.clone())?).ok()?;
        Some(Self::Mapped(Section {
            map: Arc::clone(map),
            bytes,
            of: PhantomData,
        }))
    }
}

impl<T: Pod> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(numbers) => numbers,
            Self::Mapped(section) => bytemuck::cast_slice(&section.map[section.bytes.clone()]),
        }
    }
}

impl<T: Pod> From<Vec<T>> for Array<T> {
    fn from(numbers: Vec<T>) -> Self {
        let bytes: &[u8] = bytemuck::cast_slice(&numbers);
        if bytes.len() < LARGE {
            return Self::Owned(numbers);
        }
        let in_large_pages = Map::large(bytes).ok();
        in_large_pages
            .and_then(|map| Self::mapped(&Arc::new(map), 0..bytes.len()))
            .unwrap_or(Self::Owned(numbers))
    }
}
