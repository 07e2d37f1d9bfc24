//! Against an encoder of others, and what must hold for every picture.

use image::{GrayImage, Luma, Rgb, RgbImage};
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder};
use proptest::prelude::*;

use super::*;

/// Smooth, with edges and noise.
fn drawn(width: u32, height: u32, seed: u32) -> RgbImage {
    let mut state = seed;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = state >> 28;
        let edge = if (x / 13 + y / 7) % 5 == seed % 5 {
            90
        } else {
            0
        };
        Rgb([x + edge + noise, 2 * y + noise, (x * y) / 50 + edge].map(|level| level as u8))
    })
}

fn theirs(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
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

#[test]
fn whole_blocks_are_the_same_bytes() {
    let picture = DynamicImage::from(drawn(160, 96, 3));
    for quality in [1, 10, 50, 75, 85, 89, 90, 95, 100] {
        assert!(
            jpeg(&picture, quality).unwrap() == theirs(&picture, quality),
            "{quality}"
        );
    }
}

/// Grey files of others name a table of chroma, which nothing uses: all else is the same.
#[test]
fn grey_pictures_of_any_size_have_the_same_data() {
    for (width, height) in [(1, 1), (7, 9), (8, 8), (33, 17), (100, 75)] {
        let picture = DynamicImage::from(DynamicImage::from(drawn(width, height, 1)).into_luma8());
        let (ours, theirs) = (jpeg(&picture, 80).unwrap(), theirs(&picture, 80));
        let data = |jpeg: &[u8]| {
            let scan = jpeg.windows(2).position(|pair| pair == [0xFF, 0xDA]);
            jpeg[scan.unwrap()..].to_vec()
        };
        assert!(data(&ours) == data(&theirs), "{width}x{height}");
    }
}

#[test]
fn odd_sizes_look_the_same() {
    for (width, height) in [(1, 1), (2, 3), (15, 17), (31, 16), (97, 61)] {
        let picture = DynamicImage::from(drawn(width, height, 2));
        let decoded = |jpeg: Vec<u8>| image::load_from_memory(&jpeg).unwrap().into_rgb8();
        let (ours, theirs) = (
            decoded(jpeg(&picture, 80).unwrap()),
            decoded(theirs(&picture, 80)),
        );
        let sum: u32 = ours
            .iter()
            .zip(theirs.iter())
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        assert!(
            f64::from(sum) / (ours.len() as f64) < 2.0,
            "{width}x{height}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_picture_can_be_read_again(width in 1_u32..70, height in 1_u32..70, quality in 1_u8..=100, seed: u32) {
        // Noise of all levels, which makes coefficients as large as they can be.
        let mut state = seed;
        let picture = DynamicImage::from(GrayImage::from_fn(width, height, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Luma([if state >> 31 == 0 { 0 } else { 255 }])
        }));
        for picture in [picture.clone(), picture.into_rgb8().into()] {
            let decoded = image::load_from_memory(&jpeg(&picture, quality).unwrap()).unwrap();
            prop_assert_eq!((decoded.width(), decoded.height()), (width, height));
            if quality == 100 {
                let (a, b) = (decoded.into_luma8(), picture.into_luma8());
                prop_assert!(a.iter().zip(b.iter()).all(|(a, b)| a.abs_diff(*b) < 8));
            }
        }
    }
}
