//! The formats that `image` reads as they are: PNG, WebP, GIF, TIFF, BMP, PNM, QOI and TGA.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, ImageResult};

use super::{Header, Opened, Rows, colour, fault, frames, gif, png};
use crate::error::ImageError;
use crate::info::ImageFormat;
use crate::limits::Limits;

/// Memory for what is not pixels, whatever the size of the picture: profiles, tables, rows.
const WORKING_MEMORY: u64 = 16 << 20;

/// Reads the headers.
pub(super) fn open<'a>(
    format: ImageFormat,
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<Opened<'a>, ImageError> {
    let frames = frames::count(format, bytes, limits.max_frames);
    limits.check_frames(frames)?;
    if let Some((width, height)) = announced_size(format, bytes) {
        limits.check_size(width, height)?;
    }
    if format == ImageFormat::Png {
        png::check_metadata(bytes)?;
    }
    let memory = header_memory(bytes);
    let decoder = decoder(format, bytes, memory)
        .map_err(|error| fault::from_codec(format, error, limits, memory))?;
    let mut opened = open_with(format, decoder, bytes, limits)?;
    opened.header.frames = frames;
    if format == ImageFormat::Gif {
        let gif::Facts {
            first_size,
            first_is_transparent,
            ..
        } = gif::facts(bytes, 0);
        limits.check_size(first_size.0, first_size.1)?;
        opened.header.has_alpha = first_is_transparent;
    }
    Ok(opened)
}

/// Reads the headers of a PNG, and then its rows one by one; None when they are not in order.
pub(super) fn png_rows<'a>(
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<Option<Rows<'a>>, ImageError> {
    let Opened { header, pixels } = open(ImageFormat::Png, bytes, limits)?;
    drop(pixels);
    let rows = png::rows(bytes, header_memory(bytes) as usize);
    Ok(rows.map(|read| Rows::new(header, read)))
}

/// Checks and completes what a decoder of `image` found in the headers.
pub(super) fn open_with<'a>(
    format: ImageFormat,
    mut decoder: Box<dyn ImageDecoder + 'a>,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Opened<'a>, ImageError> {
    let mut header = Header::new(format, decoder.dimensions(), limits)?;
    header.has_alpha = decoder.color_type().has_alpha();
    let header = with_metadata(header, &mut decoder, bytes);
    let memory = header_memory(bytes).saturating_add(decoder.total_bytes().saturating_mul(2));
    let (limits, is_cut) = (*limits, is_cut(format, bytes));
    let read_pixels = move || {
        if is_cut {
            return Err(fault::ends_early(format));
        }
        let fail = |error| fault::from_codec(format, error, &limits, memory);
        decoder.set_limits(codec_limits(memory)).map_err(fail)?;
        DynamicImage::from_decoder(decoder).map_err(fail)
    };
    Ok(Opened {
        header,
        pixels: Box::new(read_pixels),
    })
}

/// The size in a PNG header, because its decoder reserves memory for rows before it tells the size.
fn announced_size(format: ImageFormat, bytes: &[u8]) -> Option<(u32, u32)> {
    let words = bytes.get(16..24)?.as_chunks().0;
    let &[width, height] = words else { return None };
    (format == ImageFormat::Png).then(|| (u32::from_be_bytes(width), u32::from_be_bytes(height)))
}

/// A RIFF file says how long it is; its codec may make do with less.
fn is_cut(format: ImageFormat, bytes: &[u8]) -> bool {
    let length = bytes
        .get(4..)
        .and_then(|rest| rest.first_chunk())
        .map(|length| u32::from_le_bytes(*length));
    format == ImageFormat::WebP
        && length.is_some_and(|length| u64::from(length) + 8 > bytes.len() as u64)
}

/// What headers may take. Chunks that are kept as they are take what they have in the file, twice
/// while they grow; what unpacks to more than this is a bomb.
fn header_memory(bytes: &[u8]) -> u64 {
    WORKING_MEMORY + 3 * bytes.len() as u64
}

fn decoder(
    format: ImageFormat,
    bytes: &[u8],
    memory: u64,
) -> ImageResult<Box<dyn ImageDecoder + '_>> {
    let codec = match format {
        ImageFormat::Png => image::ImageFormat::Png,
        ImageFormat::WebP => image::ImageFormat::WebP,
        ImageFormat::Gif => image::ImageFormat::Gif,
        ImageFormat::Tiff => image::ImageFormat::Tiff,
        ImageFormat::Pnm => image::ImageFormat::Pnm,
        ImageFormat::Qoi => image::ImageFormat::Qoi,
        ImageFormat::Tga => image::ImageFormat::Tga,
        _ => image::ImageFormat::Bmp,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), codec);
    reader.limits(codec_limits(memory));
    Ok(Box::new(reader.into_decoder()?))
}

/// Memory only: sides are checked by `Header::new`, which can say by how much they are too long.
fn codec_limits(memory: u64) -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(memory);
    limits
}

/// Profile, EXIF and orientation. A fault in them is no fault of the picture.
fn with_metadata(header: Header, decoder: &mut impl ImageDecoder, bytes: &[u8]) -> Header {
    let exif = decoder.exif_metadata().unwrap_or_default();
    // A TIFF file is itself laid out as an EXIF block is.
    let block = if header.format == ImageFormat::Tiff {
        Some(bytes)
    } else {
        exif.as_deref()
    };
    let mut header = header.with_exif(block);
    if let Some(profile) = decoder.icc_profile().unwrap_or_default() {
        let is_grey = !decoder.color_type().has_color();
        header.colour_profile = colour::other_than_srgb(profile, is_grey);
    }
    header
}
