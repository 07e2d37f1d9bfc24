//! AVIF stills through `otf-pixels-codec-avif`. What that decoder has no code for (grids of tiles,
//! film grain, copies within the picture) it names, and so do we.

use image::DynamicImage;
use otf_pixels_codec_avif::{AvifDecoder, Meta, Reader, StillPicture};
use otf_pixels_core::{Decoder, PixelFormat, PixelsError};

use super::flatten::{self, Channels};
use super::{Header, Opened, colour, fault, media};
use crate::error::ImageError;
use crate::info::ImageFormat::Avif;
use crate::info::Orientation;
use crate::limits::Limits;

/// Reads the container.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let unchecked = otf_pixels_core::Limits::unlimited();
    let decoder = AvifDecoder::new(bytes, unchecked).map_err(from_decoder)?;
    let info = decoder.info();
    let mut header = Header::new(Avif, (info.width, info.height), limits)?;
    header.frames = media::pictures(bytes);
    limits.check_frames(header.frames)?;
    if info.is_grid {
        return Err(fault::unsupported(Avif, "a grid of tiles"));
    }
    check_coded_sizes(bytes, limits)?;
    header.has_alpha = info.has_alpha;
    header = header.with_exif(decoder.exif());
    // The container says how the picture lies; EXIF beside it only repeats it.
    header.orientation = Orientation::from_exif(info.orientation.exif().into());
    let is_grey = matches!(
        decoder.descriptor().pixel,
        PixelFormat::Gray8 | PixelFormat::Gray16 | PixelFormat::GrayA8
    );
    header.colour_profile = info
        .icc
        .clone()
        .and_then(|icc| colour::other_than_srgb(icc, is_grey));
    Ok(Opened {
        header,
        pixels: Box::new(move || read_pixels(decoder)),
    })
}

/// The sizes that the AV1 streams of picture and alpha declare, which need not be that of the
/// container, and which decide how much memory is taken.
fn check_coded_sizes(bytes: &[u8], limits: &Limits) -> Result<(), ImageError> {
    let mut boxes = Reader::new(bytes);
    let meta = boxes.find(b"meta").map_err(from_decoder)?;
    let meta = Meta::parse(meta.ok_or_else(|| fault::corrupt(Avif, "it has no meta box"))?)
        .map_err(from_decoder)?;
    let picture = meta.primary_item();
    let alpha = picture.and_then(|picture| meta.alpha_item(picture.id));
    for item in picture.into_iter().chain(alpha) {
        let config = meta
            .properties
            .av1_config(item.id)
            .map_or(&[][..], |config| &config.config_obus);
        let data = meta.item_data(bytes, item).map_err(from_decoder)?;
        let frame = StillPicture::parse(config, &data)
            .map_err(from_decoder)?
            .frame;
        limits.check_size(
            frame.upscaled_width.max(frame.frame_width),
            frame.frame_height,
        )?;
    }
    Ok(())
}

fn read_pixels(mut decoder: AvifDecoder) -> Result<DynamicImage, ImageError> {
    let shape = decoder.descriptor();
    let (width, height) = (shape.width, shape.height);
    let mut row = vec![0; shape.row_bytes()];
    let is_deep = matches!(
        shape.pixel,
        PixelFormat::Gray16 | PixelFormat::Rgb16 | PixelFormat::Rgba16
    );
    let mut samples = Vec::with_capacity(row.len() * height as usize / if is_deep { 2 } else { 1 });
    for _ in 0..height {
        decoder.read_row(&mut row).map_err(from_decoder)?;
        if is_deep {
            samples.extend(
                row.as_chunks()
                    .0
                    .iter()
                    .map(|deep| to_8_bits(u16::from_ne_bytes(*deep))),
            );
        } else {
            samples.extend_from_slice(&row);
        }
    }
    let channels = match shape.pixel {
        PixelFormat::Gray8 | PixelFormat::Gray16 => Channels::Grey,
        PixelFormat::GrayA8 => Channels::GreyAlpha,
        PixelFormat::Rgb8 | PixelFormat::Rgb16 => Channels::Rgb,
        PixelFormat::Rgba8 | PixelFormat::Rgba16 => Channels::Rgba,
        other => {
            return Err(fault::unsupported(
                Avif,
                format_args!("samples of the kind {other:?}"),
            ));
        }
    };
    flatten::picture(Avif, (width, height), channels, samples)
}

/// Rounded to the nearest.
fn to_8_bits(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

fn from_decoder(error: PixelsError) -> ImageError {
    match error {
        PixelsError::Unsupported { detail } => {
            fault::unsupported(Avif, detail.trim_start_matches("avif: "))
        }
        PixelsError::Malformed { detail, .. } => fault::corrupt(Avif, detail),
        other => fault::corrupt(Avif, other),
    }
}
