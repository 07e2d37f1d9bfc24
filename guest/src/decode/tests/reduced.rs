//! The luma of JPEGs without their pixels, held to the means of their pixels.

use image::{GenericImageView, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

use super::drawn::{colours, greys, jpeg};
use crate::decode::{decode, reduced_luma};
use crate::error::ImageError;
use crate::limits::Limits;

/// Samples of a file, when the scan has an answer.
fn samples(file: &[u8]) -> Option<Vec<u8>> {
    let luma = reduced_luma(file, 1, &Limits::default()).unwrap()?;
    assert_eq!(luma.block, 8);
    let blocks = luma.size.width.div_ceil(8) * luma.size.height.div_ceil(8);
    assert_eq!(luma.samples.len() as u32, blocks);
    Some(luma.samples)
}

/// Mean luma of the pixels of each block; of what is there, for those at the edges.
fn means(file: &[u8]) -> Vec<f64> {
    let picture = decode(file, &Limits::default()).unwrap().pixels;
    let (width, height) = (picture.width(), picture.height());
    let rgb = picture.into_rgb8();
    let mean = |x: u32, y: u32| {
        let block = rgb.view(x, y, 8.min(width - x), 8.min(height - y));
        let luma = block.pixels().map(|(_, _, pixel)| {
            let [red, green, blue] = pixel.0.map(f64::from);
            0.299 * red + 0.587 * green + 0.114 * blue
        });
        luma.sum::<f64>() / f64::from(block.width() * block.height())
    };
    let rows = (0..height).step_by(8);
    rows.flat_map(|y| (0..width).step_by(8).map(move |x| (x, y)))
        .map(|(x, y)| mean(x, y))
        .collect()
}

fn assert_near(file: &[u8], tolerance: f64, case: &str) {
    let samples = samples(file).unwrap_or_else(|| panic!("{case}: no answer"));
    for (at, (sample, mean)) in samples.iter().zip(means(file)).enumerate() {
        let error = (f64::from(*sample) - mean).abs();
        assert!(
            error <= tolerance,
            "{case}: block {at}: {sample} for {mean:.1}"
        );
    }
}

/// Even towards the edges, so that what an encoder puts beyond them changes no mean by much.
fn smooth(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = |at: u32, period: f64| ((f64::from(at) / period).sin() * 60.0 + 120.0) as u8;
        image::Rgb([wave(x, 60.0), wave(y, 45.0), wave(x + y, 80.0)])
    })
}

fn encoded(samples: &[u8], side: u16, colours: ColorType) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = Encoder::new(&mut file, 100);
    encoder.encode(samples, side, side, colours).unwrap();
    file
}

#[test]
fn samples_are_the_means_of_blocks() {
    let samplings = [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_1,
        SamplingFactor::F_1_2,
        SamplingFactor::F_2_2,
    ];
    for sampling in samplings {
        for (width, height) in [(1, 1), (3, 40), (8, 300), (17, 9), (65, 130), (128, 64)] {
            for progressive in [false, true] {
                for interval in [0, 1, 3] {
                    let file = jpeg(&smooth(width, height), |encoder| {
                        encoder.set_sampling_factor(sampling);
                        encoder.set_progressive(progressive);
                        encoder.set_restart_interval(interval);
                    });
                    let case = format!(
                        "{sampling:?} {width}x{height} progressive {progressive} restarts {interval}"
                    );
                    assert_near(&file, 4.0, &case);
                }
            }
        }
    }
}

/// Luma is the same however it is coded and whatever becomes of the colours. Optimised tables, and
/// factors of 4, come with a scan for each component.
#[test]
fn every_order_of_blocks_and_scans_tells_the_same() {
    for (width, height) in [(1, 1), (3, 40), (65, 130)] {
        let file = |sampling: SamplingFactor, progressive: bool, optimised: bool| {
            jpeg(&colours(width, height), |encoder| {
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
                encoder.set_optimized_huffman_tables(optimised);
            })
        };
        let plain = samples(&file(SamplingFactor::F_1_1, false, false));
        assert!(plain.is_some());
        for (horizontal, vertical) in [
            (1, 1),
            (2, 1),
            (1, 2),
            (2, 2),
            (4, 1),
            (4, 2),
            (1, 4),
            (2, 4),
        ] {
            let sampling = SamplingFactor::from_factors(horizontal, vertical).unwrap();
            for (progressive, optimised) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let other = file(sampling, progressive, optimised);
                let case = format!("{sampling:?} {width}x{height} {progressive} {optimised}");
                assert_eq!(plain, samples(&other), "{case}");
            }
        }
    }
}

#[test]
fn grey_and_scans_of_one_component() {
    let mut file = Vec::new();
    let encoder = Encoder::new(&mut file, 95);
    encoder
        .encode(&greys(61, 35), 61, 35, ColorType::Luma)
        .unwrap();
    assert_near(&file, 6.0, "grey");
    // A single component is coded as if it were not subsampled, whatever its factors say.
    let frame = file
        .windows(2)
        .position(|part| part == b"\xFF\xC0")
        .unwrap();
    file[frame + 11] = 0x22;
    assert_near(&file, 6.0, "grey with factors of two");
}

#[test]
fn inks_and_rgb() {
    let inks = |x: u32, y: u32| [x as u8 * 3, y as u8 * 2, 200 - x as u8, (x + y) as u8];
    let inks: Vec<u8> = (0..64 * 64).flat_map(|at| inks(at % 64, at / 64)).collect();
    let mut file = encoded(&inks, 64, ColorType::Cmyk);
    assert_near(&file, 2.0, "inverted inks");
    let marker = file.windows(5).position(|part| part == b"Adobe").unwrap();
    file[marker..marker + 5].copy_from_slice(b"Other");
    assert_near(&file, 2.0, "inks");
    assert_near(
        &encoded(&inks, 64, ColorType::CmykAsYcck),
        2.5,
        "luma and black",
    );

    let mut file = jpeg(&smooth(64, 64), |encoder| {
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
    });
    let frame = file
        .windows(2)
        .position(|part| part == b"\xFF\xC0")
        .unwrap();
    let scan = file
        .windows(2)
        .position(|part| part == b"\xFF\xDA")
        .unwrap();
    for (at, name) in b"RGB".iter().enumerate() {
        file[frame + 10 + 3 * at] = *name;
        file[scan + 5 + 2 * at] = *name;
    }
    assert_near(&file, 2.0, "RGB");
}

#[test]
fn few_blocks_are_left_to_the_decoder() {
    let file = jpeg(&colours(65, 40), |_| {});
    let limits = Limits::default();
    assert!(reduced_luma(&file, 5, &limits).unwrap().is_some());
    assert!(reduced_luma(&file, 6, &limits).unwrap().is_none());
    assert!(reduced_luma(b"P2 1 1 1 0", 1, &limits).unwrap().is_none());
}

/// Files of every way of coding, small enough to break in many ways.
fn files() -> Vec<Vec<u8>> {
    let ways = [
        (false, false, 0),
        (false, true, 0),
        (false, false, 2),
        (true, false, 0),
        (true, true, 0),
    ];
    let file = |(progressive, optimised, interval)| {
        jpeg(&colours(50, 37), |encoder| {
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(progressive);
            encoder.set_optimized_huffman_tables(optimised);
            encoder.set_restart_interval(interval);
        })
    };
    ways.map(file).into()
}

/// What may be said of a file, whatever its bytes are: the scan refuses with the decoder's words, and
/// takes no file that the decoder refuses.
fn agree(file: &[u8]) -> Result<(), String> {
    let limits = Limits::default();
    let (reduced, full) = (reduced_luma(file, 1, &limits), decode(file, &limits));
    match (reduced, full) {
        (Err(ours), Err(theirs)) if ours == theirs => Ok(()),
        (Err(ours), theirs) => Err(format!("refused: {ours}; {:?}", theirs.err())),
        (Ok(Some(_)), Err(ImageError::Corrupt(text))) => Err(format!("taken: {text}")),
        _ => Ok(()),
    }
}

#[test]
fn every_cut_file_is_refused() {
    for file in files() {
        for length in 0..file.len() {
            let cut = &file[..length];
            assert!(
                !matches!(reduced_luma(cut, 1, &Limits::default()), Ok(Some(_))),
                "{length}"
            );
            // With its end put back, a file may miss coded data only.
            let mended = [cut, b"\xFF\xD9"].concat();
            agree(&mended).unwrap_or_else(|fault| panic!("{length}: {fault}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_judged_as_by_the_decoder(
        which in 0_usize..5,
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), 0_u8..8), 1..4),
    ) {
        let mut file = files().swap_remove(which);
        for (place, bit) in flips {
            let at = place.index(file.len());
            file[at] ^= 1 << bit;
        }
        prop_assert_eq!(agree(&file), Ok(()));
    }

    #[test]
    fn photographic_content(
        seed in any::<u32>(),
        quality in 30_u8..100,
        (columns, rows) in (1_u32..12, 1_u32..12),
        progressive in any::<bool>(),
    ) {
        let noise = |x: u32, y: u32| (x.wrapping_mul(seed | 1) ^ y.wrapping_mul(2_654_435_761)) >> 28;
        let mut picture = smooth(8 * columns, 8 * rows);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            pixel.0 = pixel.0.map(|level| level + noise(x, y) as u8);
        }
        let file = jpeg(&picture, |encoder| {
            encoder.set_quality(quality);
            encoder.set_progressive(progressive);
        });
        let (samples, means) = (samples(&file).unwrap(), means(&file));
        let errors = samples.iter().zip(&means).map(|(a, b)| (f64::from(*a) - b).abs());
        let mean = errors.sum::<f64>() / means.len() as f64;
        prop_assert!(mean <= 1.0, "{mean}");
    }
}
