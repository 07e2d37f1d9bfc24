//! JPEGs without decoding their pixels: nearly the same fingerprints, the same files refused. The pictures
//! lie in a folder beside the repository; without it the tests say so.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::fs;
use std::path::{Path, PathBuf};

use image::{DynamicImage, GenericImageView, ImageBuffer, Luma, metadata};
use vismatch_pipeline::decode::{ReducedLuma, decode, inspect, reduced_luma};
use vismatch_pipeline::fingerprint::{Algorithm, Fingerprint};
use vismatch_pipeline::hash::{LEAST_BLOCKS, LumaPlane, fingerprints_of};
use vismatch_pipeline::info::Orientation;
use vismatch_pipeline::limits::Limits;

fn jpegs(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
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
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            if bytes.starts_with(b"\xFF\xD8") {
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}

fn blocks_of_the_shorter_side(bytes: &[u8]) -> u32 {
    let size = inspect(bytes, &Limits::default()).unwrap().size;
    size.width.min(size.height).div_ceil(8)
}

/// How far the samples are from the means of the pixels in each block, in the mean and at most.
fn error_of_blocks(luma: &ReducedLuma, upright: &DynamicImage) -> (f64, f64) {
    // What puts the picture back as the file stores it.
    let back = match luma.info.orientation {
        Orientation::Rotated90 => Orientation::Rotated270,
        Orientation::Rotated270 => Orientation::Rotated90,
        other => other,
    };
    let back = metadata::Orientation::from_exif(back.to_exif()).unwrap();
    let mut stored = DynamicImage::from(upright.to_rgb8());
    stored.apply_orientation(back);
    let stored = stored.into_rgb8();
    let (width, height) = stored.dimensions();
    let pixels = ImageBuffer::from_fn(width, height, |x, y| {
        let [r, g, b] = stored.get_pixel(x, y).0.map(f32::from);
        Luma([0.299 * r + 0.587 * g + 0.114 * b])
    });
    let columns = width.div_ceil(luma.block);
    let (mut sum, mut most, mut count) = (0.0, 0.0_f64, 0);
    for (at, sample) in (0..).zip(&luma.samples) {
        let (x, y) = (at % columns * luma.block, at / columns * luma.block);
        if x + luma.block > width || y + luma.block > height {
            continue;
        }
        let block = pixels.view(x, y, luma.block, luma.block).to_image();
        let mean = block.iter().sum::<f32>() / block.len() as f32;
        let error = f64::from((mean - f32::from(*sample)).abs());
        (sum, most, count) = (sum + error, most.max(error), count + 1);
    }
    (sum / f64::from(count.max(1)), most)
}

/// Both planes of a file, when the scan has an answer.
fn planes(bytes: &[u8], least: u32) -> Option<(LumaPlane, LumaPlane)> {
    let reduced = reduced_luma(bytes, least, &Limits::default()).unwrap()?;
    let pixels = decode(bytes, &Limits::default()).unwrap().pixels;
    Some((
        LumaPlane::of_blocks(&reduced),
        LumaPlane::new(&pixels).unwrap(),
    ))
}

fn distances((reduced, full): &(LumaPlane, LumaPlane)) -> [u32; 7] {
    let all = |plane| -> Vec<Fingerprint> { fingerprints_of(plane, &Algorithm::ALL) };
    let (reduced, full) = (all(reduced), all(full));
    std::array::from_fn(|at| reduced[at].distance(&full[at]).unwrap())
}

#[test]
fn photos_have_the_fingerprints_of_their_pixels() {
    let mut phash = Vec::new();
    for (path, bytes) in [jpegs("photos"), jpegs("neardup")].concat() {
        let blocks = blocks_of_the_shorter_side(&bytes);
        let Some(planes) = planes(&bytes, 1) else {
            println!("{blocks:4} blocks: decoded  {}", name(&path));
            continue;
        };
        let distances = distances(&planes);
        let luma = f64::from(planes.0.difference(&planes.1)) / 256.0;
        println!(
            "{blocks:4} blocks: {distances:?} luma {luma:.2} {}",
            name(&path)
        );
        if blocks >= LEAST_BLOCKS {
            phash.push(distances[Algorithm::Phash as usize]);
        }
    }
    if phash.is_empty() {
        return;
    }
    phash.sort_unstable();
    let most = |share: usize| phash[(phash.len() * share).div_ceil(100) - 1];
    assert!(phash.len() > 20, "{} photos", phash.len());
    assert_eq!(most(50), 0, "{phash:?}");
    assert!(most(99) <= 2 && most(100) <= 4, "{phash:?}");
}

/// What the full decoder refuses is refused here; what it takes is taken, and looks the same.
#[test]
fn the_scan_takes_no_file_that_is_broken() {
    let limits = Limits::default();
    let mut wrong = Vec::new();
    let (mut scanned, mut left, mut refused) = (0, 0, 0);
    for (path, bytes) in jpegs("bad") {
        let reduced = reduced_luma(&bytes, 1, &limits);
        let full = decode(&bytes, &limits);
        let fault = match (&reduced, &full) {
            (Err(ours), Err(theirs)) if ours == theirs => {
                refused += 1;
                None
            }
            (Err(error), _) => Some(format!("refused: {error}")),
            (Ok(Some(_)), Err(error)) => Some(format!("taken; decoder: {error}")),
            (Ok(None), _) => {
                left += 1;
                println!("left to the decoder ({}): {}", full.is_ok(), name(&path));
                None
            }
            (Ok(Some(luma)), Ok(picture)) => {
                scanned += 1;
                assert_eq!(luma.info, picture.info);
                let ours = LumaPlane::of_blocks(luma);
                let plane = LumaPlane::new(&picture.pixels).unwrap();
                let size = picture.info.size;
                println!(
                    "{:?} blocks {:.2?} {}x{} {}",
                    distances(&(ours.clone(), plane.clone())),
                    error_of_blocks(luma, &picture.pixels),
                    size.width,
                    size.height,
                    name(&path)
                );
                None
            }
        };
        if let Some(fault) = fault {
            wrong.push(format!("{}: {fault}", name(&path)));
        }
    }
    println!("{scanned} scanned, {left} left to the decoder, {refused} refused alike");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
