//! Any sample type to 8 bits of grey or RGB, with transparency composited on white.
//!
//! Integer arithmetic, so that every build gives the same bits.

use std::fmt::{self, Display, Formatter};

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use super::fault;
use crate::error::ImageError;
use crate::info::ImageFormat;

/// Fails where there is no memory to make 8-bit samples of deeper ones in [`onto_white`]: `image` panics then.
pub(super) fn room_for(picture: &DynamicImage) -> Result<(), ImageError> {
    let colour = picture.color();
    let channels = usize::from(colour.channel_count());
    if usize::from(colour.bytes_per_pixel()) == channels {
        return Ok(());
    }
    let samples = picture.as_bytes().len() / usize::from(colour.bytes_per_pixel()) * channels;
    let room = Vec::<u8>::new().try_reserve_exact(samples);
    room.map_err(|_| fault::out_of_memory(0))
}

/// `ImageLuma8` or `ImageRgb8` of the same size; a picture that is one of them already is moved.
pub(super) fn onto_white(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => picture,
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(picture.into_luma8()),
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => grey(
            width,
            height,
            composited::<2>(picture.into_luma_alpha8().into_raw(), over_white),
        ),
        DynamicImage::ImageRgba8(_)
        | DynamicImage::ImageRgba16(_)
        | DynamicImage::ImageRgba32F(_) => rgb(
            width,
            height,
            composited::<4>(picture.into_rgba8().into_raw(), over_white),
        ),
        other => DynamicImage::ImageRgb8(other.into_rgb8()),
    }
}

/// The same of the colours alone, whatever their alpha: what programs leave that drop it.
pub(super) fn without_alpha(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => picture,
        grey if !grey.color().has_color() => DynamicImage::ImageLuma8(grey.into_luma8()),
        coloured => DynamicImage::ImageRgb8(coloured.into_rgb8()),
    }
}

/// Some pixel lets through what lies behind it.
pub(super) fn is_transparent(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageLumaA8(samples) => samples.pixels().any(|pixel| pixel.0[1] < u8::MAX),
        DynamicImage::ImageLumaA16(samples) => samples.pixels().any(|pixel| pixel.0[1] < u16::MAX),
        DynamicImage::ImageRgba8(samples) => samples.pixels().any(|pixel| pixel.0[3] < u8::MAX),
        DynamicImage::ImageRgba16(samples) => samples.pixels().any(|pixel| pixel.0[3] < u16::MAX),
        DynamicImage::ImageRgba32F(samples) => samples.pixels().any(|pixel| pixel.0[3] < 1.0),
        _ => false,
    }
}

/// `onto_white` for colours that are already multiplied by their alpha: nothing is left below that.
pub(super) fn premultiplied_onto_white(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    match picture {
        DynamicImage::ImageLumaA8(samples) => grey(
            width,
            height,
            composited::<2>(samples.into_raw(), add_white),
        ),
        DynamicImage::ImageRgba8(samples) => rgb(
            width,
            height,
            composited::<4>(samples.into_raw(), add_white),
        ),
        other => onto_white(other),
    }
}

/// The channels of 8-bit samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
}

impl Channels {
    fn count(self) -> u64 {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

impl Display for Channels {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Grey => "grey",
            Self::GreyAlpha => "grey with alpha",
            Self::Rgb => "RGB",
            Self::Rgba => "RGB with alpha",
        })
    }
}

/// What a decoder handed out as a picture of these `channels`. Fails where it is shorter or longer than that:
/// `image` takes what is longer, and shows it in stripes.
pub(super) fn picture(
    format: ImageFormat,
    (width, height): (u32, u32),
    channels: Channels,
    samples: Vec<u8>,
) -> Result<DynamicImage, ImageError> {
    let expected = u64::from(width) * u64::from(height) * channels.count();
    if samples.len() as u64 != expected {
        return Err(fault::unsupported(
            format,
            format_args!(
                "{} samples in a picture of {width} x {height} that is said to be {channels}",
                samples.len()
            ),
        ));
    }
    let picture = match channels {
        Channels::Grey => GrayImage::from_raw(width, height, samples).map(Into::into),
        Channels::GreyAlpha => GrayAlphaImage::from_raw(width, height, samples).map(Into::into),
        Channels::Rgb => RgbImage::from_raw(width, height, samples).map(Into::into),
        Channels::Rgba => RgbaImage::from_raw(width, height, samples).map(Into::into),
    };
    picture.ok_or_else(|| fault::out_of_memory(0))
}

/// A picture of one channel out of exactly `width * height` samples.
#[expect(clippy::expect_used, reason = "callers pass a sample for every pixel")]
pub(super) fn grey(width: u32, height: u32, samples: Vec<u8>) -> DynamicImage {
    GrayImage::from_raw(width, height, samples)
        .expect("one sample a pixel")
        .into()
}

/// A picture of three channels out of exactly `3 * width * height` samples.
#[expect(
    clippy::expect_used,
    reason = "callers pass three samples for every pixel"
)]
pub(super) fn rgb(width: u32, height: u32, samples: Vec<u8>) -> DynamicImage {
    RgbImage::from_raw(width, height, samples)
        .expect("three samples a pixel")
        .into()
}

/// Lays pixels of `CHANNELS`, the last being alpha, on white and drops the alpha. The result is
/// shorter and is written over the start of the same memory.
fn composited<const CHANNELS: usize>(mut samples: Vec<u8>, lay: impl Fn(u8, u8) -> u8) -> Vec<u8> {
    let pixels = samples.len() / CHANNELS;
    for pixel in 0..pixels {
        let from = pixel * CHANNELS;
        let to = pixel * (CHANNELS - 1);
        let alpha = samples[from + CHANNELS - 1];
        for channel in 0..CHANNELS - 1 {
            samples[to + channel] = lay(samples[from + channel], alpha);
        }
    }
    samples.truncate(pixels * (CHANNELS - 1));
    samples
}

/// One sample of straight alpha over white, rounded.
fn over_white(sample: u8, alpha: u8) -> u8 {
    over(sample, alpha, u8::MAX)
}

/// One sample of straight alpha over what lies below it, rounded.
pub(super) fn over(sample: u8, alpha: u8, ground: u8) -> u8 {
    let [sample, alpha, ground] = [sample, alpha, ground].map(u32::from);
    ((sample * alpha + ground * (255 - alpha) + 127) / 255) as u8
}

/// One sample that is already multiplied by its alpha, over white.
fn add_white(sample: u8, alpha: u8) -> u8 {
    sample.saturating_add(255 - alpha)
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, LumaA, Rgb, Rgba};

    use super::*;

    #[test]
    fn alpha_is_laid_on_white() {
        let samples = vec![10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 128];
        let picture = ImageBuffer::<Rgba<u8>, _>::from_raw(3, 1, samples).unwrap();
        let flat = onto_white(picture.into());
        assert_eq!(flat.as_bytes(), [10, 20, 30, 255, 255, 255, 127, 177, 255]);
        assert!(matches!(flat, DynamicImage::ImageRgb8(_)));

        let picture = ImageBuffer::<LumaA<u8>, _>::from_raw(2, 1, vec![0, 51, 90, 255]).unwrap();
        let flat = onto_white(picture.into());
        assert_eq!(flat.as_bytes(), [204, 90]);
        assert!(matches!(flat, DynamicImage::ImageLuma8(_)));
    }

    #[test]
    fn only_as_many_samples_as_there_are_pixels_make_a_picture() {
        let formats = [
            (Channels::Grey, 1),
            (Channels::GreyAlpha, 2),
            (Channels::Rgb, 3),
            (Channels::Rgba, 4),
        ];
        for (channels, count) in formats {
            let made = |samples| picture(ImageFormat::JpegXl, (5, 3), channels, vec![7; samples]);
            assert_eq!(made(15 * count).unwrap().as_bytes().len(), 15 * count);
            for wrong in [0, 15 * count - 1, 15 * count + 1, 30 * count] {
                let Err(ImageError::UnsupportedFormat(told)) = made(wrong) else {
                    panic!("{channels}: {wrong} samples");
                };
                assert!(told.contains("JPEG XL") && told.contains(&channels.to_string()));
            }
        }
    }

    #[test]
    fn premultiplied_colours_are_laid_on_white() {
        let samples = vec![10, 20, 30, 255, 0, 0, 0, 0, 0, 50, 128, 128];
        let picture = ImageBuffer::<Rgba<u8>, _>::from_raw(3, 1, samples).unwrap();
        let flat = premultiplied_onto_white(picture.into());
        assert_eq!(flat.as_bytes(), [10, 20, 30, 255, 255, 255, 127, 177, 255]);
    }

    #[test]
    fn deep_samples_become_8_bits() {
        let grey = ImageBuffer::<Luma<u16>, _>::from_raw(3, 1, vec![0, 0x8080, 0xFFFF]).unwrap();
        assert_eq!(onto_white(grey.into()).as_bytes(), [0, 0x80, 0xFF]);
        let clear = ImageBuffer::<Rgba<u16>, _>::from_raw(1, 1, vec![0, 0, 0xFFFF, 0]).unwrap();
        assert_eq!(onto_white(clear.into()).as_bytes(), [255, 255, 255]);
        let float = ImageBuffer::<Rgb<f32>, _>::from_raw(1, 1, vec![-1.0, f32::NAN, 7.0]).unwrap();
        assert_eq!(
            onto_white(DynamicImage::ImageRgb32F(float)).as_bytes()[2],
            255
        );
    }
}
