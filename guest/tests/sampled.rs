//! HEIF, AVIF and JPEG XL of real encoders, each of one way to say which samples a picture has: range and matrix,
//! subsampling, depth, channels. Where two places of a file could say it, only one does, or they disagree.
//!
//! All show 64 x 64 pixels whose red is 4 x, green is 4 y and blue is 255 - 2 x - 2 y; grids show that twice, side by
//! side, and grey ones their red. libheif 1.23 (x265), libavif 0.11 and libjxl 0.7 wrote them, x265 those that say
//! where their chroma lies; libheif and libavif read them with a mean error of at most 2 levels.

#![cfg(feature = "rare-codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use image::{DynamicImage, RgbImage};
use vismatch_pipeline::decode::decode;
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::limits::Limits;

/// The mean error that compression may leave.
const ERROR: f64 = 2.2;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, &include_bytes!(concat!("sampled/", $name))[..])),*]
    };
}

fn colour(x: u32, y: u32) -> [u8; 3] {
    let x = x % 64;
    [4 * x, 4 * y, 255 - 2 * x - 2 * y].map(|level| level as u8)
}

fn grey(x: u32, y: u32) -> [u8; 3] {
    [colour(x, y)[0]; 3]
}

fn decoded(file: &[u8]) -> DynamicImage {
    decode(file, &Limits::default()).unwrap().pixels
}

fn mean_error(picture: &RgbImage, drawn: impl Fn(u32, u32) -> [u8; 3]) -> f64 {
    let sum: f64 = picture
        .enumerate_pixels()
        .flat_map(|(x, y, pixel)| {
            let drawn = drawn(x, y);
            (0..3).map(move |at| f64::from(pixel.0[at].abs_diff(drawn[at])))
        })
        .sum();
    sum / f64::from(3 * picture.width() * picture.height())
}

/// Files of HEIC without an `nclx` box, but for the names that say so.
#[test]
fn range_and_matrix_are_those_that_the_file_says() {
    let files = files![
        "bt601-full.heic",
        "bt601-limited.heic",
        "bt709-full.heic",
        "bt709-limited.heic",
        "bt2020-full.heic",
        "bt2020-limited.heic",
        "bt709-full-nclx.heic",
        "bt2020-limited-nclx.heic",
        "unspecified-nclx.heic",
        "420.heic",
        "10-bits.heic",
        "12-bits.heic",
        "bt601-full.avif",
        "bt709-limited.avif",
        "422.avif",
        "10-bits-444.avif",
        "rgb.avif",
    ];
    for (name, file) in files {
        let picture = decoded(file).into_rgb8();
        assert_eq!(picture.dimensions(), (64, 64), "{name}");
        let error = mean_error(&picture, colour);
        assert!(error < ERROR, "{name}: {error}");
    }
}

/// Without loss: what is left is that chroma is stored in whole levels.
#[test]
fn chroma_lies_where_the_stream_says() {
    const ROUNDING: f64 = 0.35;
    let files = files![
        "centre-unsaid.heic",
        "left-said.heic",
        "corner-said.heic",
        "below-said.heic",
    ];
    for (name, file) in files {
        let error = mean_error(&decoded(file).into_rgb8(), colour);
        assert!(error < ROUNDING, "{name}: {error}");
    }
}

#[test]
fn the_box_outdoes_the_stream() {
    let files = files![
        "nclx-601-full-stream-709-limited.avif",
        "nclx-709-limited-stream-601-full.avif",
    ];
    for (name, file) in files {
        let error = mean_error(&decoded(file).into_rgb8(), colour);
        assert!(error < ERROR, "{name}: {error}");
    }
}

#[test]
fn primaries_without_a_profile_are_one() {
    for (name, file) in files!["display-p3-nclx.avif", "bt2020-primaries.heic"] {
        let picture = decode(file, &Limits::default()).unwrap();
        assert!(picture.info.has_colour_profile, "{name}");
        assert!(picture.colour_profile.is_some(), "{name}");
        let error = mean_error(&picture.pixels.into_rgb8(), colour);
        assert!(error < ERROR, "{name}: {error}");
    }
    for (name, file) in files!["bt601-full.avif", "bt601-full.heic", "grey.avif"] {
        let picture = decode(file, &Limits::default()).unwrap();
        assert!(!picture.info.has_colour_profile, "{name}");
    }
}

/// The colours of a grid stand in its own box, in those of its tiles, or in the streams of the tiles.
#[test]
fn tiles_of_grids_are_no_other_than_pictures() {
    for (name, file) in files!["grid-own.heic", "grid-tiles.heic", "grid-streams.heic"] {
        let picture = decoded(file).into_rgb8();
        assert_eq!(picture.dimensions(), (128, 64), "{name}");
        let error = mean_error(&picture, colour);
        assert!(error < ERROR, "{name}: {error}");
    }
}

#[test]
fn grey_pictures_are_no_stripes() {
    let files = files![
        "grey.heic",
        "grey-profile.heic",
        "grey.avif",
        "grey-profile.jxl",
        "grey-table.jxl",
        "grey-alpha-profile.jxl",
        "grey-alpha-table.jxl",
    ];
    for (name, file) in files {
        let picture = decoded(file).into_rgb8();
        assert_eq!(picture.dimensions(), (64, 64), "{name}");
        let error = mean_error(&picture, grey);
        assert!(error < ERROR, "{name}: {error}");
    }
}

/// Alpha is the picture's red; it is laid on white.
#[test]
fn transparency_goes_with_the_colours() {
    let over = |x, y| {
        let alpha = u32::from(grey(x, y)[0]);
        colour(x, y).map(|level| ((u32::from(level) * alpha + 255 * (255 - alpha)) / 255) as u8)
    };
    for (name, file) in files!["alpha.heic", "alpha.avif", "alpha-premultiplied.avif"] {
        let error = mean_error(&decoded(file).into_rgb8(), over);
        assert!(error < ERROR, "{name}: {error}");
    }
    let grey_over = |x, y| {
        let level = u32::from(grey(x, y)[0]);
        [((level * level + 255 * (255 - level)) / 255) as u8; 3]
    };
    let file = include_bytes!("sampled/grey-alpha.avif");
    let error = mean_error(&decoded(file).into_rgb8(), grey_over);
    assert!(error < ERROR, "{error}");
}

fn is_named(name: &str, file: &[u8], feature: &str) {
    let fault = decode(file, &Limits::default()).unwrap_err();
    assert!(
        matches!(&fault, ImageError::UnsupportedFormat(told) if told.contains(feature)),
        "{name}: {fault}"
    );
}

/// The decoder loses its place in their streams.
#[test]
fn chroma_that_is_not_a_quarter_of_luma_is_named() {
    is_named("422", include_bytes!("sampled/422.heic"), "4:2:2");
    for (name, file) in files!["444.heic", "444-detailed.heic"] {
        is_named(name, file, "4:4:4");
    }
}

/// Its sequence parameter set alone was changed: luma has 8 bits.
#[test]
fn chroma_of_another_depth_is_named() {
    let file = include_bytes!("sampled/10-bits-of-chroma.heic");
    is_named("10 bits", file, "another depth");
}

#[test]
fn a_matrix_that_is_not_read_is_named() {
    let file = include_bytes!("sampled/ictcp-nclx.heic");
    is_named("ICtCp", file, "the colour matrix 14");
}

/// Its `ispe` box says 80 pixels across, and its stream 64.
#[test]
fn a_picture_narrower_than_its_container_says_is_named() {
    let file = include_bytes!("sampled/wider-than-coded.avif");
    is_named("wider", file, "64 x 64 where the container says 80 x 64");
}

/// Black is a channel of its own, which the decoder shows for profiles of inks alone.
#[test]
fn inks_are_named() {
    let files = files![
        "cmyk.jxl",
        "cmyk-alpha.jxl",
        "cmyk-xyb.jxl",
        "cmyk-without-black.jxl",
        "black-of-rgb.jxl",
    ];
    for (name, file) in files {
        is_named(name, file, "CMYK");
    }
    is_named("Lab", include_bytes!("sampled/lab.jxl"), "kind Lab");
}
