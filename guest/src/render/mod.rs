//! From a picture to JPEG renditions.
//!
//! Sizes are made from the largest to the smallest, each from the smallest one before it that is at
//! least twice as large. Colours become sRGB after scaling: a profile maps smooth
//! colours to smooth colours, so the order makes no visible difference, and thumbnails are cheap.

use std::borrow::Cow;

use image::DynamicImage;

use crate::decode::{self, Picture};
use crate::error::ImageError;
use crate::info::{Dimensions, ImageFormat, Orientation};
use crate::limits::Limits;
use crate::rendition::{Rendition, RenditionSize, RenditionSpec};

mod colour;
pub(crate) mod encode;
mod lanczos;
mod scale;
mod strip;

/// Quality of a JPEG that has to be turned for `Original`, unless the spec asks for more.
const TURNED_QUALITY: u8 = 95;

/// The renditions of an encoded picture, in the order asked for, from one decode.
pub fn render(
    bytes: &[u8],
    specs: &[RenditionSpec],
    limits: &Limits,
) -> Result<Vec<Rendition>, ImageError> {
    check(specs, limits)?;
    renditions(bytes, &decode::decode(bytes, limits)?, specs, limits)
}

/// The renditions of a decoded picture; `bytes` is the file it came from, for `Original`.
pub fn renditions(
    bytes: &[u8],
    picture: &Picture,
    specs: &[RenditionSpec],
    limits: &Limits,
) -> Result<Vec<Rendition>, ImageError> {
    check(specs, limits)?;
    let mut scaler = scale::Scaler::new(&picture.pixels);
    let mut order: Vec<usize> = (0..specs.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(scaler.whole_size(specs[*at].size).width));
    let mut made = order
        .into_iter()
        .map(|at| {
            Ok((
                at,
                rendition(bytes, picture, &mut scaler, specs[at], limits)?,
            ))
        })
        .collect::<Result<Vec<_>, ImageError>>()?;
    made.sort_by_key(|(at, _)| *at);
    Ok(made.into_iter().map(|(_, rendition)| rendition).collect())
}

/// Fails with `invalid-parameter` when a side or a quality is out of its range, and with `too-large`
/// when a `Cover`, which may enlarge, has more pixels than a picture may have.
pub(crate) fn check(specs: &[RenditionSpec], limits: &Limits) -> Result<(), ImageError> {
    for spec in specs {
        match spec.size {
            RenditionSize::Original => {}
            RenditionSize::Fit(size) => check_sides(size, limits)?,
            RenditionSize::Cover(size) => {
                check_sides(size, limits)?;
                limits.check_size(size.width, size.height)?;
            }
        }
        if !(1..=100).contains(&spec.quality) {
            let text = format!("quality: {}; 1 to 100", spec.quality);
            return Err(ImageError::InvalidParameter(text));
        }
    }
    Ok(())
}

fn check_sides(size: Dimensions, limits: &Limits) -> Result<(), ImageError> {
    let Dimensions { width, height } = size;
    let sides = 1..=limits.max_side.min(encode::MAX_SIDE);
    if !sides.contains(&width) || !sides.contains(&height) {
        let text = format!("size: {width}x{height}; sides are 1 to {}", sides.end());
        return Err(ImageError::InvalidParameter(text));
    }
    Ok(())
}

fn rendition(
    bytes: &[u8],
    picture: &Picture,
    scaler: &mut scale::Scaler<'_>,
    spec: RenditionSpec,
    limits: &Limits,
) -> Result<Rendition, ImageError> {
    if spec.size == RenditionSize::Original {
        return original(bytes, picture, spec.quality, limits);
    }
    encoded(
        scaler.scale(spec.size)?.as_ref(),
        picture,
        spec.quality,
        limits,
    )
}

/// The upright picture in its own size. An upright JPEG keeps its picture data and colour space
/// (also CMYK) and only loses its metadata; one that has to be turned is encoded again at quality
/// 95 or more; every other format is encoded at the quality asked for.
fn original(
    bytes: &[u8],
    picture: &Picture,
    quality: u8,
    limits: &Limits,
) -> Result<Rendition, ImageError> {
    let info = &picture.info;
    if info.format != ImageFormat::Jpeg {
        return encoded(&picture.pixels, picture, quality, limits);
    }
    if info.orientation == Orientation::Upright
        && let Some(jpeg) = strip::without_metadata(bytes)
    {
        limits.check_output(jpeg.len())?;
        return Ok(Rendition {
            size: info.size,
            jpeg,
        });
    }
    encoded(
        &picture.pixels,
        picture,
        quality.max(TURNED_QUALITY),
        limits,
    )
}

fn encoded(
    pixels: &DynamicImage,
    picture: &Picture,
    quality: u8,
    limits: &Limits,
) -> Result<Rendition, ImageError> {
    let profile = picture.colour_profile.as_deref();
    let pixels = profile
        .and_then(|profile| colour::to_srgb(pixels, profile))
        .map_or(Cow::Borrowed(pixels), Cow::Owned);
    let jpeg = encode::jpeg(&pixels, quality)?;
    limits.check_output(jpeg.len())?;
    Ok(Rendition {
        size: Dimensions {
            width: pixels.width(),
            height: pixels.height(),
        },
        jpeg,
    })
}
