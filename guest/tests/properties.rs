//! What must hold for any picture, any fingerprint and any bytes; run natively and as WebAssembly.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proptest::collection::vec;
use proptest::prelude::*;
use vismatch_pipeline::compare::compare;
use vismatch_pipeline::comparison::Verdict;
use vismatch_pipeline::fingerprint::{Algorithm, Fingerprint, hamming, nearest};
use vismatch_pipeline::hash::{hash, hash_orientations};
use vismatch_pipeline::info::{Dimensions, Orientation};
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::process::process;
use vismatch_pipeline::render::render;
use vismatch_pipeline::rendition::{Plan, RenditionSize, RenditionSpec};
use vismatch_pipeline::sketch::MAX_BYTES;

const LIMITS: Limits = Limits {
    max_pixels: 1_000_000,
    max_side: 4_000,
    max_frames: 100,
    max_output_bytes: 4 << 20,
};

fn picture() -> impl Strategy<Value = DynamicImage> {
    (1u32..60, 1u32..60).prop_flat_map(|(width, height)| {
        vec(any::<u8>(), (width * height * 3) as usize)
            .prop_map(move |pixels| RgbImage::from_raw(width, height, pixels).unwrap().into())
    })
}

/// A picture with a uniform band at each side, of no to some pixels.
fn framed() -> impl Strategy<Value = DynamicImage> {
    (picture(), vec(0u32..4, 4), any::<u8>()).prop_map(|(picture, bands, level)| {
        let picture = picture.into_rgb8();
        let (width, height) = picture.dimensions();
        let mut framed = RgbImage::from_pixel(
            width + bands[0] + bands[1],
            height + bands[2] + bands[3],
            Rgb([level; 3]),
        );
        image::imageops::replace(&mut framed, &picture, bands[0].into(), bands[2].into());
        framed.into()
    })
}

/// At least sixteen pixels on each side: of fewer there is not enough to tell how they were turned.
fn detailed() -> impl Strategy<Value = DynamicImage> {
    (16u32..60, 16u32..60).prop_flat_map(|(width, height)| {
        vec(any::<u8>(), (width * height * 3) as usize)
            .prop_map(move |pixels| RgbImage::from_raw(width, height, pixels).unwrap().into())
    })
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn oriented(picture: &DynamicImage, orientation: Orientation) -> DynamicImage {
    match orientation {
        Orientation::Upright => picture.clone(),
        Orientation::Mirrored => picture.fliph(),
        Orientation::Rotated180 => picture.rotate180(),
        Orientation::Flipped => picture.flipv(),
        Orientation::Transposed => picture.rotate90().fliph(),
        Orientation::Rotated90 => picture.rotate90(),
        Orientation::Transversed => picture.rotate270().fliph(),
        Orientation::Rotated270 => picture.rotate270(),
    }
}

fn fingerprint(bits: Vec<u8>) -> Fingerprint {
    Fingerprint {
        algorithm: Algorithm::Phash,
        version: 1,
        bits,
        quality: 100,
    }
}

fn size(width: u32, height: u32) -> Dimensions {
    Dimensions { width, height }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn distance_is_a_metric(a in vec(any::<u8>(), 8), b in vec(any::<u8>(), 8), c in vec(any::<u8>(), 8)) {
        let [a, b, c] = [a, b, c].map(fingerprint);
        prop_assert_eq!(a.distance(&a), Ok(0));
        prop_assert_eq!(a.distance(&b), b.distance(&a));
        prop_assert!(a.distance(&c).unwrap() <= a.distance(&b).unwrap() + b.distance(&c).unwrap());
        prop_assert_eq!(a.similarity(&b).unwrap() == 1.0, a == b);
    }

    #[test]
    fn nearest_is_a_sorted_scan(bank in vec(any::<[u8; 8]>(), 0..60), query: [u8; 8], radius in 0u32..=64, count in 0u32..70) {
        let hits = nearest(&bank.concat(), &query, radius, count).unwrap();
        let mut expected: Vec<(u32, u32)> =
            (0..).zip(&bank).map(|(at, entry)| (hamming(entry, &query), at)).filter(|hit| hit.0 <= radius).collect();
        expected.sort_unstable();
        expected.truncate(count as usize);
        let hits: Vec<(u32, u32)> = hits.iter().map(|hit| (hit.distance, hit.position)).collect();
        prop_assert_eq!(hits, expected);
    }

    #[test]
    fn an_oriented_fingerprint_is_that_of_the_oriented_picture(picture in picture(), which in 0usize..8, algorithm in 0usize..6) {
        let (orientation, algorithm) = (Orientation::ALL[which], Algorithm::ALL[algorithm]);
        let all = hash_orientations(&png(&picture), algorithm, &LIMITS).unwrap();
        let turned = hash(&png(&oriented(&picture, orientation)), &[algorithm], &LIMITS).unwrap();
        prop_assert_eq!(&all[which], &(orientation, turned[0].clone()));
    }

    #[test]
    fn a_sketch_has_the_facts_of_its_picture(picture in picture()) {
        let plan = Plan { algorithms: Algorithm::ALL.to_vec(), renditions: Vec::new() };
        let outcome = process(&png(&picture), &plan, &LIMITS).unwrap();
        let sketch = outcome.sketch.unwrap();
        prop_assert_eq!(sketch.size(), (outcome.info.size.width, outcome.info.size.height));
        prop_assert_eq!(sketch.frames(), 1);
        prop_assert!(sketch.as_bytes().len() <= MAX_BYTES);
    }

    #[test]
    fn fingerprints_have_their_length_and_depend_on_pixels_only(picture in prop_oneof![picture(), framed()]) {
        let first = hash(&png(&picture), &Algorithm::ALL, &LIMITS).unwrap();
        let mut bitmap = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bitmap, ImageFormat::Bmp).unwrap();
        prop_assert_eq!(&hash(&bitmap.into_inner(), &Algorithm::ALL, &LIMITS).unwrap(), &first);
        for fingerprint in first {
            prop_assert_eq!(fingerprint.bits.len() as u32 * 8, fingerprint.algorithm.bits());
            prop_assert!(fingerprint.quality <= 100);
        }
    }

    #[test]
    fn renditions_have_the_size_they_say(picture in picture(), width in 1u32..90, height in 1u32..90) {
        let sizes = [RenditionSize::Fit(size(width, height)), RenditionSize::Cover(size(width, height)), RenditionSize::Original];
        let specs = sizes.map(|size| RenditionSpec { size, quality: 80 });
        let made = render(&png(&picture), &specs, &LIMITS).unwrap();
        for rendition in &made {
            let decoded = image::load_from_memory(&rendition.jpeg).unwrap();
            prop_assert_eq!(size(decoded.width(), decoded.height()), rendition.size);
        }
        prop_assert!(made[0].size.width <= width.min(picture.width()) && made[0].size.height <= height.min(picture.height()));
        prop_assert_eq!(made[1].size, size(width, height));
        prop_assert_eq!(made[2].size, size(picture.width(), picture.height()));
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in vec(any::<u8>(), 0..300), start in 0usize..5) {
        let signatures: [&[u8]; 5] = [b"", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", b"GIF89a", b"RIFF\x20\0\0\0WEBPVP8 "];
        let bytes = [signatures[start], &bytes].concat();
        let plan = Plan { algorithms: Algorithm::ALL.into(), renditions: vec![RenditionSpec { size: RenditionSize::Original, quality: 80 }] };
        let _ = process(&bytes, &plan, &LIMITS);
        prop_assert_eq!(compare(&bytes, &bytes, None, &LIMITS).is_ok(), hash(&bytes, &Algorithm::ALL, &LIMITS).is_ok());
    }
}

proptest! {
    // Each case compares two pictures in eight orientations, and shrinking compares hundreds.
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mirrored_or_turned_copy_is_found(picture in detailed(), which in 0usize..8) {
        let turned = oriented(&picture, Orientation::ALL[which]);
        let found = compare(&png(&turned), &png(&picture), None, &LIMITS).unwrap();
        prop_assert_eq!(found.differences.iter().map(|difference| difference.distance).sum::<u32>(), 0);
        prop_assert!(found.verdict.is_duplicate());
    }
}

#[test]
fn plain_black_and_plain_white_are_no_duplicates() {
    let plain = |level| png(&RgbImage::from_pixel(40, 30, Rgb([level; 3])).into());
    let verdict = |a: u8, b: u8| {
        compare(&plain(a), &plain(b), None, &LIMITS)
            .unwrap()
            .verdict
    };
    assert!(!verdict(0, 255).is_duplicate());
    // Nothing says that two plain pictures are one.
    assert!(!verdict(200, 201).is_duplicate());
    assert_eq!(verdict(7, 7), Verdict::Exact);
}
