//! HEIC and HEIF with an HEVC picture, through `heic-rs`, which crops, turns and mirrors as the
//! container says. An EXIF orientation beside that only repeats it, and is not applied again.

use heic_rs::context::Context;
use heic_rs::props::ItemProps;
use heic_rs::{Brand, DecodeOptions, Error, Mirror, PixelLayout, Rotation, Transform};
use image::{DynamicImage, RgbaImage};

use super::flatten::rgb;
use super::{Header, Laid, Opened, colour, fault, media, orientation};
use crate::error::{Excess, ImageError, Limit};
use crate::info::ImageFormat::Heif;
use crate::info::Orientation;
use crate::limits::Limits;

/// Reads the container.
pub(super) fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Opened<'a>, ImageError> {
    let context = Context::open(bytes).map_err(|error| without_still(bytes, error))?;
    let id = context.meta.primary;
    let props = context.props(id).map_err(from_decoder)?;
    check_codec(&context, id)?;
    check_coded_sizes(&context, id, &props, limits)?;
    let info = heic_rs::probe(bytes).map_err(from_decoder)?;
    limits.check_size(info.coded_width, info.coded_height)?;

    let mut header = Header::new(Heif, (info.width, info.height), limits)?;
    header.frames = media::pictures(bytes);
    limits.check_frames(header.frames)?;
    header.laid = Laid::Upright;
    header.has_alpha = info.has_alpha;
    header.colour_profile = props
        .icc
        .and_then(|icc| colour::other_than_srgb(icc.to_vec(), false));
    header = header.with_exif(context.exif(id).unwrap_or_default());
    header.orientation = props
        .transforms
        .iter()
        .fold(Orientation::Upright, |laid, step| {
            orientation::combined(laid, effect(step))
        });
    let layout = if info.has_alpha {
        PixelLayout::Rgba8
    } else {
        PixelLayout::Rgb8
    };
    let options = DecodeOptions::default()
        .with_layout(layout)
        .with_max_pixels(Some(limits.max_pixels));
    let read_pixels = move || {
        let image = heic_rs::decode(bytes, &options.with_threads(Some(1))).map_err(from_decoder)?;
        picture(image)
    };
    Ok(Opened {
        header,
        pixels: Box::new(read_pixels),
    })
}

/// A file of an image sequence may have no still picture, and then has no `meta` box.
fn without_still(bytes: &[u8], error: Error) -> ImageError {
    let brand = heic_rs::ftyp::parse(bytes).map(|file| file.major);
    match (error, brand) {
        (Error::MissingBox("meta"), Ok(Brand::Hevc | Brand::Msf1)) => {
            fault::unsupported(Heif, "an image sequence without a still picture")
        }
        (error, _) => from_decoder(error),
    }
}

/// HEIF is a box for any codec; only HEVC is read.
fn check_codec(context: &Context<'_>, id: u32) -> Result<(), ImageError> {
    let kind = context.meta.item(id).map(|item| item.item_type);
    match kind {
        Some(kind) if !matches!(&kind, b"hvc1" | b"grid") => {
            let kind = String::from_utf8_lossy(&kind);
            Err(fault::unsupported(
                Heif,
                format_args!("a picture of type {kind}"),
            ))
        }
        _ => Ok(()),
    }
}

/// The sizes that the HEVC streams declare, which need not be those that the container declares,
/// and which decide how much memory is taken.
fn check_coded_sizes(
    context: &Context<'_>,
    id: u32,
    props: &ItemProps<'_>,
    limits: &Limits,
) -> Result<(), ImageError> {
    let Some((_, tiles)) = context.grid(id).map_err(from_decoder)? else {
        return check_coded_size(props, limits).map(drop);
    };
    let mut total = 0;
    for tile in tiles {
        total += check_coded_size(&context.props(tile).map_err(from_decoder)?, limits)?;
        // Tiles of the last row and column may reach beyond the picture.
        let allowed = limits.max_pixels.saturating_mul(2);
        if total > allowed {
            return Err(ImageError::TooLarge(Excess {
                limit: Limit::Pixels,
                actual: total,
                allowed,
            }));
        }
    }
    Ok(())
}

fn check_coded_size(props: &ItemProps<'_>, limits: &Limits) -> Result<u64, ImageError> {
    let Some(config) = &props.hvcc else {
        return Err(from_decoder(Error::MissingBox("hvcC")));
    };
    let coded = heic_rs::hevc::probe(&config.parameter_sets()).map_err(from_decoder)?;
    limits.check_size(coded.width, coded.height)?;
    Ok(u64::from(coded.width) * u64::from(coded.height))
}

/// What a step of the container does to how the picture lies. HEIF turns anticlockwise.
fn effect(step: &Transform) -> Orientation {
    match step {
        Transform::Crop(_) | Transform::Rotate(Rotation::None) => Orientation::Upright,
        Transform::Rotate(Rotation::Ccw90) => Orientation::Rotated270,
        Transform::Rotate(Rotation::Ccw180) => Orientation::Rotated180,
        Transform::Rotate(Rotation::Ccw270) => Orientation::Rotated90,
        Transform::Mirror(Mirror::LeftRight) => Orientation::Mirrored,
        Transform::Mirror(Mirror::TopBottom) => Orientation::Flipped,
    }
}

fn picture(image: heic_rs::Image) -> Result<DynamicImage, ImageError> {
    let (width, height) = (image.width, image.height);
    if image.layout == PixelLayout::Rgb8 {
        return Ok(rgb(width, height, image.data));
    }
    RgbaImage::from_raw(width, height, image.data)
        .map(Into::into)
        .ok_or_else(|| fault::corrupt(Heif, "the picture is shorter than its size"))
}

fn from_decoder(error: Error) -> ImageError {
    match error {
        Error::Truncated(_) => fault::ends_early(Heif),
        Error::Unsupported(feature) => fault::unsupported(Heif, feature),
        Error::PixelLimit { pixels, max_pixels } => ImageError::TooLarge(Excess {
            limit: Limit::Pixels,
            actual: pixels,
            allowed: max_pixels,
        }),
        other => fault::corrupt(Heif, other),
    }
}
