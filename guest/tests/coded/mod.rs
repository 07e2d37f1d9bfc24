//! Drawn pictures, JPEGs of them in every way of coding, and the pictures of a folder beside the repository.

#![allow(dead_code, reason = "no test needs all of it")]

use std::fs;
use std::path::{Path, PathBuf};

use image::{DynamicImage, GrayImage, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use vismatch_pipeline::decode::{Least, Planes, decode, planes};
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;

/// Something like a photo: slopes, edges at all angles, texture, colours that change slowly.
pub fn drawn(width: u32, height: u32) -> RgbImage {
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (x, y) = (f64::from(x), f64::from(y));
        let slope = 60.0 + 80.0 * x / f64::from(width);
        let disc = if (x - 60.0).hypot(y - 45.0) % 70.0 < 30.0 {
            50.0
        } else {
            0.0
        };
        let texture = 12.0 * (x / 2.3).sin() * (y / 3.1).cos() + f64::from(state >> 29);
        let luma = slope + disc + texture;
        let tint = 40.0 * (x / 50.0).sin() + 30.0 * (y / 35.0).cos();
        Rgb([luma + tint, luma, luma - tint].map(|level| level as u8))
    })
}

/// How a file is coded.
#[derive(Clone, Copy, Debug)]
pub struct Coding {
    pub sampling: SamplingFactor,
    pub progressive: bool,
    pub restarts: u16,
    pub optimised: bool,
    pub quality: u8,
}

pub const PLAIN: Coding = Coding {
    sampling: SamplingFactor::R_4_2_0,
    progressive: false,
    restarts: 0,
    optimised: false,
    quality: 90,
};

pub fn codings() -> Vec<Coding> {
    let samplings = [
        SamplingFactor::R_4_4_4,
        SamplingFactor::R_4_2_2,
        SamplingFactor::R_4_4_0,
        SamplingFactor::R_4_2_0,
        SamplingFactor::R_4_1_1,
    ];
    let mut codings = Vec::new();
    for sampling in samplings {
        for (progressive, restarts, optimised) in [
            (false, 0, false),
            (false, 3, false),
            (false, 0, true),
            (true, 0, false),
            (true, 5, false),
        ] {
            codings.push(Coding {
                sampling,
                progressive,
                restarts,
                optimised,
                ..PLAIN
            });
        }
    }
    codings
}

pub fn encoded(picture: &DynamicImage, coding: Coding) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, coding.quality);
    encoder.set_sampling_factor(coding.sampling);
    encoder.set_progressive(coding.progressive);
    encoder.set_optimized_huffman_tables(coding.optimised);
    if coding.restarts > 0 {
        encoder.set_restart_interval(coding.restarts);
    }
    let colour = match picture {
        DynamicImage::ImageLuma8(_) => ColorType::Luma,
        _ => ColorType::Rgb,
    };
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder
        .encode(picture.as_bytes(), width, height, colour)
        .unwrap();
    jpeg
}

pub fn jpegs(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(folder);
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: the test pictures are not there ({})",
            folder.display()
        );
        return Vec::new();
    }
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| Some((path.clone(), fs::read(path).ok()?)))
        .filter(|(_, bytes)| bytes.starts_with(b"\xFF\xD8"))
        .collect();
    files.sort();
    files
}

pub fn square(side: u32) -> Dimensions {
    Dimensions {
        width: side,
        height: side,
    }
}

/// The luma of the full decoder.
pub fn luma(jpeg: &[u8]) -> GrayImage {
    luma_of(decode(jpeg, &Limits::default()).unwrap().pixels)
}

pub fn luma_of(pixels: DynamicImage) -> GrayImage {
    if let DynamicImage::ImageLuma8(luma) = pixels {
        return luma;
    }
    let rgb = pixels.into_rgb8();
    GrayImage::from_fn(rgb.width(), rgb.height(), |x, y| {
        let [r, g, b] = rgb.get_pixel(x, y).0.map(f64::from);
        image::Luma([(0.299 * r + 0.587 * g + 0.114 * b).round() as u8])
    })
}

/// The planes with every block reduced to `side` samples on each side, or whole.
pub fn reduced(jpeg: &[u8], side: u32) -> Option<Planes> {
    planes(jpeg, &Limits::default(), |info| {
        let least = |pixels: u32| match side {
            8 => 100_000,
            side => (pixels * side / 8).saturating_sub(8).max(1),
        };
        let size = Dimensions {
            width: least(info.size.width),
            height: least(info.size.height),
        };
        Least {
            luma: size,
            chroma: size,
        }
    })
    .unwrap()
}
