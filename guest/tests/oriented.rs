//! A fingerprint that is oriented otherwise by its bits is that of the picture that is oriented otherwise, or
//! near it.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::hash::hash_orientations;
use vismatch_pipeline::limits::Limits;

/// Waves of a few lengths and directions: no two neighbours the same, no symmetry.
fn picture(seed: u32) -> Vec<u8> {
    let seed = f64::from(seed);
    let grey = GrayImage::from_fn(256, 192, |x, y| {
        let (x, y) = (f64::from(x) / 256.0, f64::from(y) / 192.0);
        let waves = [(1.3, 0.4), (0.7, 2.1), (3.1, 1.9), (5.3, 4.7), (2.2, 6.1)];
        let light = waves.iter().zip(1..).map(|((across, down), number)| {
            let phase = seed * 1.7 * f64::from(number);
            (7.0 * (across * x + down * y) + phase).sin() / f64::from(number)
        });
        Luma([(127.0 + 50.0 * light.sum::<f64>()).clamp(0.0, 255.0) as u8])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(grey)
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

#[test]
fn bits_tell_what_pixels_would() {
    let allowed = |algorithm| match algorithm {
        Algorithm::Ahash => 0,
        Algorithm::Phash => 12,
        Algorithm::Blockhash => 2,
        Algorithm::Dhash => 4,
        Algorithm::Dhash128 | Algorithm::Core | Algorithm::Bare => 8,
        // Fine frequencies are weak in such smooth pictures; a wrong sign would turn half of the bits or all.
        Algorithm::Pdq => 96,
    };
    for algorithm in Algorithm::ALL {
        let mut worst = 0;
        for seed in 0..12 {
            let oriented =
                hash_orientations(&picture(seed), algorithm, &Limits::default()).unwrap();
            let upright = oriented[0].1.clone();
            for (orientation, seen) in &oriented {
                if let Some(told) = upright.oriented(*orientation) {
                    worst = worst.max(told.distance(seen).unwrap());
                }
            }
        }
        println!("{}: at most {worst} bits differ", algorithm.name());
        assert!(worst <= allowed(algorithm), "{algorithm:?}: {worst}");
    }
}
