//! Windows icons: the largest entry, which is a whole PNG or a bitmap without its file header.

use std::io::Cursor;

use image::codecs::ico::IcoDecoder;

use super::{Opened, fault, raster};
use crate::error::ImageError;
use crate::info::ImageFormat;
use crate::limits::Limits;

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// A row of the directory.
type Entry = [u8; 16];

/// Reads the directory, and the headers of the largest entry.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let entries = directory(bytes).ok_or_else(|| fault::ends_early(ImageFormat::Ico))?;
    limits.check_frames(entries.len() as u32)?;
    let largest = entries.iter().max_by_key(|entry| rank(entry));
    let largest = largest.ok_or_else(|| fault::corrupt(ImageFormat::Ico, "it has no entries"))?;
    let data = data(bytes, largest);
    let mut opened = if data.starts_with(PNG) {
        raster::open(ImageFormat::Png, data, limits)?
    } else {
        open_bitmap(largest, data, limits)?
    };
    opened.header.format = ImageFormat::Ico;
    opened.header.frames = entries.len() as u32;
    Ok(opened)
}

fn directory(bytes: &[u8]) -> Option<&[Entry]> {
    let count = usize::from(u16::from_le_bytes(*bytes.get(4..)?.first_chunk()?));
    Some(bytes.get(6..6 + count * size_of::<Entry>())?.as_chunks().0)
}

/// Pixels first, then bits a pixel; a side of 0 stands for 256.
fn rank(entry: &Entry) -> (u32, u16) {
    let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
    (
        side(entry[0]) * side(entry[1]),
        u16::from_le_bytes([entry[6], entry[7]]),
    )
}

/// The bytes of an entry, as far as they go.
fn data<'a>(bytes: &'a [u8], entry: &Entry) -> &'a [u8] {
    let [.., l0, l1, l2, l3, o0, o1, o2, o3] = *entry;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    let offset = u32::from_le_bytes([o0, o1, o2, o3]) as usize;
    let rest = bytes.get(offset..).unwrap_or_default();
    &rest[..length.min(rest.len())]
}

/// An icon of this one entry, because the decoder of `image` chooses by depth before size.
fn open_bitmap(entry: &Entry, data: &[u8], limits: &Limits) -> Result<Opened<'static>, ImageError> {
    let mut icon = vec![0, 0, 1, 0, 1, 0];
    icon.extend(&entry[..12]);
    icon.extend(22_u32.to_le_bytes());
    icon.extend(data);
    let decoder = IcoDecoder::new(Cursor::new(icon))
        .map_err(|error| fault::from_codec(ImageFormat::Ico, error, limits, 0))?;
    raster::open_with(ImageFormat::Ico, Box::new(decoder), &[], limits)
}
