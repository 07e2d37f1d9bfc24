//! What must hold of every file, sound or damaged: the readers of this crate agree with each other.
//!
//! That they agree with a full decoder is tested in the pipeline, which has one.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use image::{GrayImage, Luma, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;
use vismatch_jpeg::{
    BLOCK_SIDE, BlockScales, Frame, Markers, Plane, dc_planes, encode, is_sound, planes,
    without_metadata,
};

/// Pairs of files with the same coefficients: progressive as libjpeg writes it, bits refined by later
/// scans, and sequential.
const PAIRS: [[&[u8]; 2]; 4] = [
    [
        include_bytes!("progressive/420-progressive.jpg"),
        include_bytes!("progressive/420-sequential.jpg"),
    ],
    [
        include_bytes!("progressive/420-restarts-progressive.jpg"),
        include_bytes!("progressive/420-restarts-sequential.jpg"),
    ],
    [
        include_bytes!("progressive/444-progressive.jpg"),
        include_bytes!("progressive/444-sequential.jpg"),
    ],
    [
        include_bytes!("progressive/grey-progressive.jpg"),
        include_bytes!("progressive/grey-sequential.jpg"),
    ],
];

/// The frame of a file that is small enough to be read in no time.
fn frame(file: &[u8]) -> Option<Frame> {
    let markers = Markers::walk(file, 100);
    let frame = markers.frame.filter(|_| markers.ended)?;
    (u32::from(frame.width) * u32::from(frame.height) < 1 << 20).then_some(frame)
}

/// Blocks as so many samples on each side, and their means.
fn planes_of(file: &[u8], side: usize) -> Option<Vec<Plane>> {
    planes(file, frame(file)?, |_, _| BlockScales {
        most: side,
        fewer: None,
        reduced: None,
        means: Some(1),
    })
}

/// The means of the blocks of luma.
fn means(file: &[u8]) -> Option<Vec<u8>> {
    Some(dc_planes(file, frame(file)?, (&[0], &[0]))?[0].all_levels())
}

fn coloured(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let edge = if (x / 13 + y / 7) % 5 == 0 { 90 } else { 0 };
        Rgb([3 * x + edge, 2 * y, (x * y) / 20 + edge].map(|level| level as u8))
    })
}

/// Small files of every way of coding.
fn files() -> Vec<Vec<u8>> {
    let picture = coloured(50, 37);
    let mut files: Vec<_> = PAIRS
        .as_flattened()
        .iter()
        .map(|file| file.to_vec())
        .collect();
    for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_0] {
        for (progressive, restarts, optimised) in
            [(false, 0, true), (false, 3, false), (true, 2, false)]
        {
            let mut file = Vec::new();
            let mut encoder = Encoder::new(&mut file, 85);
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            encoder.set_optimized_huffman_tables(optimised);
            if restarts > 0 {
                encoder.set_restart_interval(restarts);
            }
            encoder.encode(&picture, 50, 37, ColorType::Rgb).unwrap();
            files.push(file);
        }
    }
    files
}

#[test]
fn refined_coefficients_are_those_of_a_sequential_file() {
    for [progressive, sequential] in PAIRS {
        assert_eq!(means(progressive), means(sequential));
        for side in 1..=BLOCK_SIDE {
            let planes = planes_of(progressive, side).unwrap();
            assert_eq!(Some(planes), planes_of(sequential, side), "{side}");
        }
    }
}

/// What is read at one scale is read at every scale, and its means are those of the scan of DC coefficients.
fn agree(file: &[u8]) -> Result<(), String> {
    let Some(frame) = frame(file) else {
        return Ok(());
    };
    let sound = is_sound(file, frame);
    for side in 1..=BLOCK_SIDE {
        let planes = planes_of(file, side);
        if planes.is_some() != sound {
            return Err(format!("sound {sound}, but not with {side} samples"));
        }
        let Some(luma) = planes.as_ref().map(|planes| &planes[0]) else {
            continue;
        };
        // Where there is no mean of 8 by 8 pixels, the scan of them has no answer either.
        if luma.means().map(|means| means.samples.as_raw().clone()) != means(file) {
            return Err("other means".into());
        }
    }
    Ok(())
}

#[test]
fn cut_files_are_judged_alike_at_every_scale() {
    for file in files() {
        assert!(is_sound(&file, frame(&file).unwrap()));
        for length in (0..file.len()).step_by(7) {
            let mended = [&file[..length], b"\xFF\xD9"].concat();
            agree(&mended).unwrap_or_else(|fault| panic!("{length}: {fault}"));
        }
    }
}

/// A comment and EXIF go, and nothing of the picture.
#[test]
fn a_file_without_metadata_has_the_same_planes() {
    for file in files() {
        let metadata = b"\xFF\xE1\0\x08Exif\0\0\xFF\xFE\0\x05hi!";
        let with = [&file[..2], metadata, &file[2..]].concat();
        let without = without_metadata(&with).unwrap();
        assert_eq!(without_metadata(&file).as_ref(), Some(&without));
        assert_eq!(planes_of(&without, 8), planes_of(&file, 8));
        assert_eq!(without_metadata(&without), Some(without));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_files_are_judged_alike_at_every_scale(
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4),
    ) {
        let files = files();
        let mut file = files[which.index(files.len())].clone();
        for (at, bit) in flips {
            let at = at.index(file.len());
            file[at] ^= 1 << bit;
        }
        prop_assert_eq!(agree(&file), Ok(()));
    }

    #[test]
    fn what_was_encoded_is_read_again(
        (width, height) in (1_u32..70, 1_u32..70),
        seed: u32,
        halved: bool,
    ) {
        let mut state = seed;
        let mut noise = |width, height| GrayImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Luma([(state >> 24) as u8])
        });
        let luma = noise(width, height);
        let size = if halved { (width.div_ceil(2), height.div_ceil(2)) } else { (width, height) };
        let chroma = [noise(size.0, size.1), noise(size.0, size.1)];
        let [blue, red] = &chroma;
        let file = encode(&luma, Some([blue, red]), 100).unwrap();
        let read = planes_of(&file, 8).unwrap();
        for (ours, given) in read.iter().zip([&luma, blue, red]) {
            let samples = &ours.most().samples;
            prop_assert_eq!(samples.dimensions(), given.dimensions());
            // All quantisers are 1: only rounding is lost.
            prop_assert!(samples.iter().zip(given.iter()).all(|(a, b)| a.abs_diff(*b) <= 3));
        }
    }
}
