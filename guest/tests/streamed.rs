//! Pictures that are hashed row by row, held to the same pictures decoded as a whole.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use png::{BitDepth, ColorType, Filter};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use vismatch_pipeline::decode::{decode, rows};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::hash::{LumaPlane, plane_of};
use vismatch_pipeline::info::ImageInfo;
use vismatch_pipeline::limits::Limits;

const LIMITS: Limits = Limits {
    max_pixels: 1 << 20,
    max_side: 4_000,
    max_frames: 100,
    max_output_bytes: 1 << 20,
};

/// What there is to know of a file, or why it is refused.
type Answer = Result<(ImageInfo, LumaPlane), ImageError>;

fn whole(file: &[u8]) -> Answer {
    let picture = decode(file, &LIMITS)?;
    let plane = LumaPlane::new(&picture.pixels)?;
    Ok((picture.info, plane))
}

fn streamed(file: &[u8]) -> Option<(ImageInfo, LumaPlane)> {
    let mut rows = rows(file, &LIMITS).unwrap()?;
    let plane = LumaPlane::of_rows(&mut rows)?;
    Some((rows.info, plane))
}

/// How a PNG is written.
#[derive(Clone, Debug)]
struct Kind {
    colours: ColorType,
    depth: BitDepth,
    is_transparent: bool,
    orientation: u8,
    filter: Filter,
}

fn kind() -> impl Strategy<Value = Kind> {
    use BitDepth::{Eight, Four, One, Sixteen, Two};
    use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    let deep = select(vec![GrayscaleAlpha, Rgb, Rgba]);
    let pairs = prop_oneof![
        (
            Just(Grayscale),
            select(vec![One, Two, Four, Eight, Sixteen])
        ),
        (Just(Indexed), select(vec![One, Two, Four, Eight])),
        (deep, select(vec![Eight, Sixteen])),
    ];
    let filter = select(vec![
        Filter::NoFilter,
        Filter::Sub,
        Filter::Up,
        Filter::Avg,
        Filter::Paeth,
    ]);
    let kinds = (pairs, any::<bool>(), 1_u8..=8, filter);
    kinds.prop_map(
        |((colours, depth), is_transparent, orientation, filter)| Kind {
            colours,
            depth,
            is_transparent,
            orientation,
            filter,
        },
    )
}

fn png(kind: &Kind, (width, height): (u32, u32), noise: &[u8]) -> Vec<u8> {
    let mut info = png::Info::with_size(width, height);
    (info.color_type, info.bit_depth) = (kind.colours, kind.depth);
    let bytes = |count: usize| -> Vec<u8> { noise.iter().copied().cycle().take(count).collect() };
    let colours = 1_usize << (kind.depth as u8).min(8);
    match kind.colours {
        ColorType::Indexed => {
            info.palette = Some(bytes(3 * colours).into());
            info.trns = kind.is_transparent.then(|| bytes(colours).into());
        }
        // One colour that is clear.
        ColorType::Grayscale if kind.is_transparent => {
            info.trns = Some(vec![0, noise[0] & 1].into())
        }
        ColorType::Rgb if kind.is_transparent => {
            info.trns = Some(vec![0, noise[0], 0, 7, 0, 9].into())
        }
        _ => {}
    }
    let block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    info.exif_metadata = Some(
        [&block[..], &[kind.orientation, 0, 0, 0, 0, 0, 0][..]]
            .concat()
            .into(),
    );
    // Each row has a byte for its filter, which the encoder writes.
    let length = info.raw_bytes() - height as usize;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::with_info(&mut file, info).unwrap();
    encoder.set_filter(kind.filter);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&bytes(length)).unwrap();
    drop(writer);
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_make_the_plane_of_the_whole_picture(
        kind in kind(),
        size in (1_u32..40, 1_u32..600),
        noise in vec(any::<u8>(), 1..5000),
    ) {
        let file = png(&kind, size, &noise);
        let whole = whole(&file).unwrap();
        prop_assert_eq!(whole.0.orientation.to_exif(), kind.orientation);
        prop_assert_eq!(streamed(&file), Some(whole));
    }

    #[test]
    fn flipped_bits_are_judged_as_by_the_decoder(
        format in 0_usize..FORMATS.len(),
        flips in vec((any::<Index>(), 0_u8..8), 1..4),
    ) {
        let mut file = drawn(FORMATS[format]);
        for (place, bit) in flips {
            let at = place.index(file.len());
            file[at] ^= 1 << bit;
        }
        prop_assert_eq!(plane_of(&file, None, &LIMITS), whole(&file));
    }
}

const FORMATS: [ImageFormat; 8] = [
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
    ImageFormat::Pnm,
    ImageFormat::Qoi,
    ImageFormat::Tga,
];

fn drawn(format: ImageFormat) -> Vec<u8> {
    let picture = RgbaImage::from_fn(30, 21, |x, y| {
        Rgba([x as u8 * 8, y as u8 * 9, (x * y) as u8, 255 - x as u8])
    });
    let picture = match format {
        ImageFormat::Pnm => DynamicImage::ImageRgba8(picture).into_rgb8().into(),
        _ => DynamicImage::from(picture),
    };
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

#[test]
fn every_cut_file_is_judged_as_by_the_decoder() {
    for format in FORMATS {
        let file = drawn(format);
        for length in 0..=file.len() {
            let cut = &file[..length];
            assert_eq!(
                plane_of(cut, None, &LIMITS),
                whole(cut),
                "{format:?} {length}"
            );
        }
    }
}

/// One pixel is the same data in either order, and its header says which.
#[test]
fn an_interlaced_png_is_decoded_as_a_whole() {
    let mut file = drawn_pixel();
    assert!(streamed(&file).is_some());
    file[28] = 1;
    let checksum = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert!(rows(&file, &LIMITS).unwrap().is_none());
    assert_eq!(
        plane_of(&file, None, &LIMITS).unwrap(),
        whole(&file).unwrap()
    );
}

fn drawn_pixel() -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let pixel = RgbaImage::from_pixel(1, 1, Rgba([9, 200, 30, 255]));
    pixel.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))
        })
    })
}

#[test]
fn headers_are_held_to_the_limits_first() {
    let file = drawn(ImageFormat::Png);
    let tight = Limits {
        max_pixels: 629,
        ..LIMITS
    };
    assert!(matches!(rows(&file, &tight), Err(ImageError::TooLarge(_))));
    assert!(matches!(
        plane_of(&file, None, &tight),
        Err(ImageError::TooLarge(_))
    ));
}
