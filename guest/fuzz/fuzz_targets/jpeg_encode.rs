//! Pictures through the encoder, and back through both decoders.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vismatch_pipeline::decode::{Least, decode, planes};
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::render::render;
use vismatch_pipeline::rendition::{RenditionSize, RenditionSpec};

/// Levels that two decoders may be apart.
const TOLERANCE: u8 = 2;

fuzz_target!(|input: (u8, u8, bool, Vec<u8>)| {
    let (width, quality, coloured, levels) = input;
    let (width, quality) = (usize::from(width % 64) + 1, quality % 100 + 1);
    let (kind, channels) = if coloured { ("P6", 3) } else { ("P5", 1) };
    let height = (levels.len() / width / channels).min(64);
    if height == 0 {
        return;
    }
    let levels = &levels[..width * height * channels];
    let picture = [format!("{kind} {width} {height} 255\n").as_bytes(), levels].concat();
    let original = RenditionSpec {
        size: RenditionSize::Original,
        quality,
    };
    let limits = Limits::default();
    let jpeg = render(&picture, &[original], &limits).expect("a sound picture").remove(0).jpeg;

    let decoded = decode(&jpeg, &limits).expect("a sound JPEG");
    let size = Dimensions {
        width: width as u32,
        height: height as u32,
    };
    assert_eq!(decoded.info.size, size);
    let least = Least {
        luma: size,
        chroma: size,
    };
    let planes = planes(&jpeg, &limits, |_| least).expect("a sound JPEG");
    let planes = planes.expect("an ordinary JPEG");
    assert_eq!(planes.chroma.is_some(), coloured);
    if coloured {
        return;
    }
    let grey = decoded.pixels.into_luma8();
    let (ours, theirs) = (planes.luma.most().samples.as_raw(), grey.as_raw());
    assert!(ours.iter().zip(theirs).all(|(a, b)| a.abs_diff(*b) <= TOLERANCE));
    if quality == 100 {
        // All quantisers are 1: only rounding is lost.
        assert!(ours.iter().zip(levels).all(|(a, b)| a.abs_diff(*b) <= 2 * TOLERANCE));
    }
});
