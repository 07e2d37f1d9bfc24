//! Planes of JPEGs: the samples of the full decoder, reduced or not; and no file is taken that it refuses.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;
use vismatch_pipeline::decode::{Least, Wanted, decode, planes, reduced_luma};
use vismatch_pipeline::limits::Limits;

mod coded;

use coded::{Coding, PLAIN, codings, drawn, encoded, luma, luma_of, reduced, square};

/// So that damaged headers take no time.
const LIMITS: Limits = Limits {
    max_pixels: 1_000_000,
    max_side: 32_767,
    max_frames: 100,
    max_output_bytes: 1 << 24,
};

/// Root of the mean square of differences.
fn error(a: &GrayImage, b: &GrayImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let squares = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    (squares.sum::<f64>() / a.len() as f64).sqrt()
}

#[test]
fn whole_planes_are_those_of_the_full_decoder() {
    for coding in codings() {
        for (width, height) in [(160, 120), (97, 75), (8, 8), (1, 1), (17, 33)] {
            let picture = DynamicImage::from(drawn(width, height));
            for picture in [picture.clone(), picture.into_luma8().into()] {
                let jpeg = encoded(&picture, coding);
                let planes = reduced(&jpeg, 8).unwrap_or_else(|| panic!("{coding:?}"));
                let ours = &planes.luma.most().samples;
                let lost = error(ours, &luma_of(picture));
                assert!(lost < 4.0, "{coding:?} {width}x{height}: {lost} levels");
                // The full decoder misplaces blocks of components that are smaller and come alone.
                if !coding.optimised {
                    let error = error(ours, &luma(&jpeg));
                    // Its luma comes from colours, some of which are clipped.
                    let most = if width < 40 { 3.0 } else { 1.2 };
                    assert!(error < most, "{coding:?} {width}x{height}: {error} levels");
                }
            }
        }
    }
}

#[test]
fn chroma_is_that_of_the_full_decoder() {
    let jpeg = encoded(
        &drawn(131, 77).into(),
        Coding {
            sampling: SamplingFactor::R_4_4_4,
            ..PLAIN
        },
    );
    let planes = reduced(&jpeg, 8).unwrap();
    let [blue, red] = planes.chroma.unwrap();
    let pixels = decode(&jpeg, &Limits::default())
        .unwrap()
        .pixels
        .into_rgb8();
    for (x, y, pixel) in pixels.enumerate_pixels() {
        let level = |plane: &GrayImage| f64::from(plane.get_pixel(x, y).0[0]);
        let (luma, blue, red) = (
            level(&planes.luma.most().samples),
            level(&blue.most().samples) - 128.0,
            level(&red.most().samples) - 128.0,
        );
        let exact = [
            luma + 1.402 * red,
            luma - 0.344136 * blue - 0.714136 * red,
            luma + 1.772 * blue,
        ];
        for (level, exact) in pixel.0.iter().zip(exact) {
            assert!((f64::from(*level) - exact.clamp(0.0, 255.0)).abs() <= 3.0);
        }
    }
}

#[test]
fn reduced_planes_look_like_the_whole_ones() {
    for coding in codings() {
        let jpeg = encoded(&drawn(320, 240).into(), coding);
        let whole = reduced(&jpeg, 8).unwrap();
        for side in [4, 2, 1] {
            let reduced = reduced(&jpeg, side).unwrap();
            let extent = (40.0 * f64::from(side), 30.0 * f64::from(side));
            assert_eq!(reduced.luma.most().extent, extent, "{coding:?}");
            let (width, height) = reduced.luma.most().samples.dimensions();
            let scaled = imageops::resize(
                &whole.luma.most().samples,
                width,
                height,
                FilterType::Lanczos3,
            );
            let error = error(&reduced.luma.most().samples, &scaled);
            assert!(error < 5.0, "{coding:?} {side}: {error} levels");
            for (plane, whole) in reduced
                .chroma
                .unwrap()
                .iter()
                .zip(whole.chroma.as_ref().unwrap())
            {
                let mean = |plane: &GrayImage| {
                    plane.iter().map(|level| f64::from(*level)).sum::<f64>() / plane.len() as f64
                };
                assert!((mean(&plane.most().samples) - mean(&whole.most().samples)).abs() < 1.0);
            }
        }
    }
}

/// Pairs of files with the same coefficients: progressive as libjpeg writes it, bits refined by later
/// scans, and sequential.
const PAIRS: [[&[u8]; 2]; 4] = [
    [
        include_bytes!("../jpeg/tests/progressive/420-progressive.jpg"),
        include_bytes!("../jpeg/tests/progressive/420-sequential.jpg"),
    ],
    [
        include_bytes!("../jpeg/tests/progressive/420-restarts-progressive.jpg"),
        include_bytes!("../jpeg/tests/progressive/420-restarts-sequential.jpg"),
    ],
    [
        include_bytes!("../jpeg/tests/progressive/444-progressive.jpg"),
        include_bytes!("../jpeg/tests/progressive/444-sequential.jpg"),
    ],
    [
        include_bytes!("../jpeg/tests/progressive/grey-progressive.jpg"),
        include_bytes!("../jpeg/tests/progressive/grey-sequential.jpg"),
    ],
];

#[test]
fn refined_coefficients_are_those_of_a_sequential_file() {
    for [progressive, sequential] in PAIRS {
        for side in [8, 4, 2, 1] {
            let planes = reduced(progressive, side).unwrap();
            assert_eq!(planes, reduced(sequential, side).unwrap(), "{side}");
        }
    }
}

/// Small files of every way of coding.
fn files() -> Vec<Vec<u8>> {
    let drawn = DynamicImage::from(drawn(50, 41));
    let drawn = codings().into_iter().map(|coding| encoded(&drawn, coding));
    let refined = PAIRS.iter().map(|[progressive, _]| progressive.to_vec());
    drawn.chain(refined).collect()
}

/// Fewer samples that are wanted as well are those that come when nothing else is wanted.
#[test]
fn fewer_samples_come_with_more() {
    let least = |side| Least {
        luma: square(side),
        chroma: square(side),
    };
    let wanted = Wanted {
        most: least(60_000),
        fewer: Some(least(20)),
        reduced: Some(least(8)),
    };
    let drawn = DynamicImage::from(drawn(50, 41));
    for coding in codings() {
        let file = encoded(&drawn, coding);
        let read = |wanted| planes(&file, &LIMITS, |_| wanted).unwrap().unwrap().luma;
        let both = read(wanted);
        assert_eq!(both.most().samples.dimensions(), (50, 41));
        assert_eq!(
            both.fewer(),
            Some(read(least(20).into()).most()),
            "{coding:?}"
        );
        assert_eq!(
            both.reduced(),
            Some(read(least(8).into()).most()),
            "{coding:?}"
        );
    }
}

/// Does the decoder of planes take a file, reduced as far as it goes and not at all?
fn takes(file: &[u8]) -> [bool; 2] {
    [1, 60_000].map(|side| {
        let least = Least {
            luma: square(side),
            chroma: square(side),
        };
        planes(file, &LIMITS, |_| least).is_ok_and(|planes| planes.is_some())
    })
}

/// The means of blocks, when the decoder of planes takes the file.
fn means(file: &[u8]) -> Option<Vec<u8>> {
    let wanted = Wanted {
        most: Least::NONE,
        fewer: None,
        reduced: Some(Least::NONE),
    };
    let planes = planes(file, &LIMITS, |_| wanted).ok()??;
    Some(planes.luma.means()?.samples.as_raw().clone())
}

/// What is taken is taken at every size, and by the full decoder; with the means that the scan of luma reads.
fn judge(file: &[u8]) -> Result<(), String> {
    let scanned = || reduced_luma(file, 1, &LIMITS).ok()?;
    if let Some(means) = means(file)
        && scanned().is_none_or(|luma| luma.samples != means)
    {
        return Err("other means".into());
    }
    match (takes(file), decode(file, &LIMITS)) {
        ([false, false], _) | ([true, true], Ok(_)) => Ok(()),
        (taken, full) => Err(format!("{taken:?}: {:?}", full.err())),
    }
}

#[test]
fn cut_files_are_refused() {
    for file in files() {
        assert_eq!(takes(&file), [true, true]);
        for length in 0..file.len() {
            let cut = &file[..length];
            assert_eq!(takes(cut), [false, false], "{length}");
            // With its end put back, a file may miss coded data only.
            let mended = [cut, b"\xFF\xD9"].concat();
            judge(&mended).unwrap_or_else(|fault| panic!("{length}: {fault}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn damaged_files_are_judged_as_by_the_full_decoder(
        which in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..4),
    ) {
        let files = files();
        let mut file = files[which.index(files.len())].clone();
        for (at, bit) in flips {
            let at = at.index(file.len());
            file[at] ^= 1 << bit;
        }
        prop_assert_eq!(judge(&file), Ok(()));
    }
}

/// The full decoder asks for codes also where no bit is coded with them.
#[test]
fn a_scan_of_dc_bits_names_codes_that_are_there() {
    let mut file = PAIRS[0][0].to_vec();
    let scan = b"\xFF\xDA\x00\x0C\x03";
    let at = file.windows(5).rposition(|part| part == scan).unwrap();
    file[at + 6] |= 0x20;
    assert_eq!(takes(&file), [false, false]);
    assert!(decode(&file, &LIMITS).is_err());
}
