//! Golden vectors: pictures drawn by code, and every bit of what is made of them, frozen.
//!
//! `golden.txt` beside this file holds one line for each fingerprint and each rendition. A build
//! whose table differs in a single character computes other bits than the rest of the world: it must
//! not be used. The test `golden` writes the table anew with `VISMATCH_BLESS=1`.

use std::fmt::Write;
use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use sha2::{Digest, Sha256};

use crate::error::ImageError;
use crate::features;
use crate::fingerprint::Algorithm;
use crate::info::{Dimensions, Orientation};
use crate::limits::Limits;
use crate::process::process;
use crate::rendition::{Outcome, Plan, RenditionSize, RenditionSpec};
use crate::sketch::Sketch;
use crate::verification::judge;

/// The values that every build must give.
const GOLDEN: &str = include_str!("golden.txt");

/// Sizes that are made of every picture.
pub const RENDITIONS: [RenditionSpec; 4] = [
    RenditionSpec {
        size: RenditionSize::Original,
        quality: 90,
    },
    RenditionSpec {
        size: RenditionSize::Fit(Dimensions {
            width: 200,
            height: 200,
        }),
        quality: 85,
    },
    RenditionSpec {
        size: RenditionSize::Fit(Dimensions {
            width: 64,
            height: 90,
        }),
        quality: 95,
    },
    RenditionSpec {
        size: RenditionSize::Cover(Dimensions {
            width: 50,
            height: 50,
        }),
        quality: 85,
    },
];

/// A picture file made by this module.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// File name with extension.
    pub name: &'static str,
    /// The file.
    pub file: Vec<u8>,
}

/// Fails with the first value that differs from what was frozen.
pub fn run() -> Result<(), String> {
    let table = table().map_err(|fault| fault.to_string())?;
    let difference = table
        .lines()
        .zip(GOLDEN.lines())
        .find(|(actual, frozen)| actual != frozen);
    match difference {
        Some((actual, frozen)) => Err(format!("is `{actual}`, frozen as `{frozen}`")),
        None if table.lines().count() != GOLDEN.lines().count() => {
            Err("the table has another length".into())
        }
        None => Ok(()),
    }
}

/// The table of this build.
pub fn table() -> Result<String, ImageError> {
    let mut table = String::new();
    let mut before: Option<(&str, Sketch)> = None;
    for picture in pictures()? {
        let outcome = outcome(&picture.file)?;
        write_lines(&mut table, picture.name, &outcome);
        let sketch = outcome.sketch.map(|sketch| (picture.name, sketch));
        if let (Some(before), Some(sketch)) = (&before, &sketch) {
            write_judgement(&mut table, before, sketch);
        }
        before = sketch;
    }
    Ok(table)
}

/// All fingerprints and [`RENDITIONS`] of a picture.
pub fn outcome(file: &[u8]) -> Result<Outcome, ImageError> {
    let plan = Plan {
        algorithms: Algorithm::ALL.into(),
        renditions: RENDITIONS.into(),
        luma_plane: false,
    };
    process(file, &plan, &Limits::default())
}

/// A SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_lines(table: &mut String, name: &str, outcome: &Outcome) {
    for fingerprint in &outcome.fingerprints {
        let (algorithm, bits) = (fingerprint.algorithm, hexadecimal(&fingerprint.bits));
        let line = format!(
            "{name} {} {} {} {bits}\n",
            algorithm.name(),
            fingerprint.version,
            fingerprint.quality
        );
        table.push_str(&line);
    }
    if let Some(sketch) = &outcome.sketch {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{name} sketch {}", sha256(sketch.as_bytes()));
        let features = features::of_sketch(sketch);
        let bits: Vec<u8> = features.iter().flat_map(|feature| feature.bits).collect();
        let (version, count) = (features::VERSION, features.len());
        let _ = writeln!(table, "{name} features {version} {count} {}", sha256(&bits));
    }
    for rendition in &outcome.renditions {
        let Dimensions { width, height } = rendition.size;
        let _ = writeln!(table, "{name} {width}x{height} {}", sha256(&rendition.jpeg));
    }
}

/// What two pictures are to each other, to the last bit of the similarity.
fn write_judgement(table: &mut String, a: &(&str, Sketch), b: &(&str, Sketch)) {
    let (judgement, orientation) = judge(&a.1, &b.1, &Orientation::ALL);
    let (verdict, similarity) = (judgement.verdict.name(), judgement.similarity.to_bits());
    let laid = orientation.name();
    let _ = writeln!(table, "{} {} {verdict} {laid} {similarity:016x}", a.0, b.0);
}

/// The pictures: gradients, shapes, noise, a landscape; grey and transparent; large, tiny and long;
/// each in another format.
pub fn pictures() -> Result<Vec<Drawn>, ImageError> {
    Ok(vec![
        Drawn {
            name: "landscape.jpg",
            file: jpeg(&landscape(640, 480), 90)?,
        },
        Drawn {
            name: "landscape-small.jpg",
            file: jpeg(&landscape(160, 120), 60)?,
        },
        Drawn {
            name: "gradient.png",
            file: encode(&gradient(300, 200), ImageFormat::Png)?,
        },
        Drawn {
            name: "shapes.webp",
            file: encode(&shapes(320, 240), ImageFormat::WebP)?,
        },
        Drawn {
            name: "noise.bmp",
            file: encode(&noise(131, 97), ImageFormat::Bmp)?,
        },
        Drawn {
            name: "grey.tiff",
            file: encode(&grey(90, 160), ImageFormat::Tiff)?,
        },
        Drawn {
            name: "transparent.png",
            file: encode(&transparent(120, 100), ImageFormat::Png)?,
        },
        Drawn {
            name: "tiny.ppm",
            file: encode(&noise(5, 3), ImageFormat::Pnm)?,
        },
        Drawn {
            name: "long.qoi",
            file: encode(&shapes(1000, 7), ImageFormat::Qoi)?,
        },
    ])
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, ImageError> {
    let mut file = Cursor::new(Vec::new());
    picture
        .write_to(&mut file, format)
        .map_err(|fault| ImageError::Internal(format!("encoding: {fault}")))?;
    Ok(file.into_inner())
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    crate::render::encode::jpeg(picture, quality)
}

fn gradient(width: u32, height: u32) -> DynamicImage {
    let scaled = |at: u32, of: u32| (at * 255 / of) as u8;
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([scaled(x, width), scaled(y, height), 128])
    })
    .into()
}

fn shapes(width: u32, height: u32) -> DynamicImage {
    let (w, h) = (width as i32, height as i32);
    let within = |x: i32, y: i32, r: i32| x * x + y * y < r * r;
    let colour = |x: i32, y: i32| match () {
        () if within(x - w / 4, y - h / 3, h / 5) => [220, 40, 30],
        () if within(x - w * 3 / 4, y - h / 2, h / 3) => [30, 60, 200],
        () if (x - w / 2).abs() + (y - h * 3 / 4).abs() < h / 6 => [20, 160, 60],
        () if (x / 16 + y / 16) % 2 == 0 => [250, 245, 235],
        () => [200, 200, 190],
    };
    RgbImage::from_fn(width, height, |x, y| Rgb(colour(x as i32, y as i32))).into()
}

/// Blocks of random colour with random grain over them.
fn noise(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (block, grain) = (random(x / 13, y / 11), random(x, y));
        Rgb([0, 8, 16].map(|shift| {
            ((block >> shift & 0xFF) as u8 / 4 * 3).saturating_add((grain >> shift & 0x3F) as u8)
        }))
    })
    .into()
}

/// Sky, a sun, two ridges of hills and a field with grain.
fn landscape(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = ((x * 1000 / width) as i32, (y * 1000 / height) as i32);
        let ridge =
            |base: i32, step: i32, tall: i32| base - ((u + step) % 500 - 250).abs() * tall / 250;
        let grain = (random(u as u32 / 4, v as u32 / 4) % 40) as i32;
        let colour = match () {
            () if (u - 700).pow(2) + (v - 200).pow(2) < 8_000 => [255, 240, 180],
            () if v < ridge(520, 60, 160) => [90 + v / 8, 140 + v / 8, 230 - v / 20],
            () if v < ridge(760, 310, 120) => [60 + grain, 80 + grain, 90 + v / 20],
            () => [40 + grain * 2, 110 + grain + u / 20, 30 + grain],
        };
        Rgb(colour.map(|level| level.clamp(0, 255) as u8))
    })
    .into()
}

fn grey(width: u32, height: u32) -> DynamicImage {
    let level =
        |x: u32, y: u32| (x * x / 40 + y * 5 / 4 + random(x / 9, y / 9) % 70).min(255) as u8;
    GrayImage::from_fn(width, height, |x, y| Luma([level(x, y)])).into()
}

/// Stripes that fade out downwards.
fn transparent(width: u32, height: u32) -> DynamicImage {
    let stripe = |x: u32, y: u32| {
        if ((x + y) / 12).is_multiple_of(2) {
            [10, 20, 90]
        } else {
            [240, 120, 0]
        }
    };
    RgbaImage::from_fn(width, height, |x, y| {
        let [red, green, blue] = stripe(x, y);
        Rgba([red, green, blue, 255 - (y * 255 / height) as u8])
    })
    .into()
}

/// A number that looks random but is always the same for a place: two rounds of multiply and fold.
fn random(x: u32, y: u32) -> u32 {
    let seed = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    let once = (seed ^ seed >> 15).wrapping_mul(0x2C1B_3C6D);
    (once ^ once >> 12).wrapping_mul(0x297A_2D39) >> 7
}
