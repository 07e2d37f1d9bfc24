//! The close look at a picture. Reduced, it is the same whatever else is asked of a file, however it is turned;
//! nearly the same of a JPEG and of a PNG of its pixels. Copies are told by their true detail and colours.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, metadata};
use jpeg_encoder::SamplingFactor;
use vismatch_pipeline::decode::{Least, Planes, Wanted, decode, planes};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::hash::{
    AlphaVariants, Decoded, Fidelity, ReducedPicture, hash, true_detail,
};
use vismatch_pipeline::info::{ImageInfo, Orientation};
use vismatch_pipeline::limits::Limits;

mod coded;

use coded::{Coding, PLAIN, codings, drawn, encoded, jpegs, square};

fn reduced(file: &[u8]) -> ReducedPicture {
    reduced_of(file, Decoded::Nothing)
}

fn reduced_of(file: &[u8], decoded: Decoded<'_>) -> ReducedPicture {
    let (_, looks) = AlphaVariants::new(file, decoded, &Limits::default()).unwrap();
    looks.reduced().unwrap().clone()
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

/// The planes that renditions of a size ask for.
fn rendered(file: &[u8], side: u32) -> Option<Planes> {
    rendering(side, file, &Limits::default()).unwrap()
}

fn rendering(side: u32, file: &[u8], limits: &Limits) -> Result<Option<Planes>, ImageError> {
    let least = Least {
        luma: square(side),
        chroma: square(side / 2),
    };
    let wanted = |info: &ImageInfo| Wanted {
        most: least,
        fewer: Some(Least {
            luma: square(side.div_ceil(3)),
            ..least
        }),
        reduced: ReducedPicture::least(info),
    };
    planes(file, limits, wanted)
}

/// A JPEG with an orientation in its metadata.
fn tagged(jpeg: &[u8], orientation: Orientation) -> Vec<u8> {
    let entry = [0x12, 1, 3, 0, 1, 0, 0, 0, orientation.to_exif(), 0, 0, 0];
    let content = [&b"Exif\0\0II*\0\x08\0\0\0\x01\0"[..], &entry, &[0; 4]].concat();
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &content, &jpeg[2..]].concat()
}

fn turned(picture: &DynamicImage, orientation: Orientation) -> DynamicImage {
    let mut picture = picture.clone();
    let orientation = metadata::Orientation::from_exif(orientation.to_exif());
    picture.apply_orientation(orientation.unwrap());
    picture
}

#[test]
fn a_turned_picture_has_the_turned_reduction() {
    for (width, height) in [(300, 77), (700, 900), (1240, 631)] {
        let picture = DynamicImage::from(drawn(width, height));
        let jpeg = encoded(&picture, PLAIN);
        let (of_jpeg, of_png) = (reduced(&jpeg), reduced(&png(&picture)));
        assert_eq!(of_png.size(), (width as usize, height as usize));
        for orientation in Orientation::ALL {
            let file = png(&turned(&picture, orientation));
            assert_eq!(
                reduced(&file),
                of_png.oriented(orientation),
                "{orientation:?}"
            );
            let file = tagged(&jpeg, orientation);
            assert_eq!(
                reduced(&file),
                of_jpeg.oriented(orientation),
                "{orientation:?}"
            );
        }
    }
}

#[test]
fn a_file_has_one_reduction_whatever_else_is_asked() {
    let codings = codings();
    for (at, (width, height)) in [
        (50, 41),
        (300, 200),
        (520, 1030),
        (1100, 1300),
        (2100, 2060),
    ]
    .into_iter()
    .enumerate()
    {
        let picture = DynamicImage::from(drawn(width, height));
        for coding in codings.iter().skip(at).step_by(if at < 2 { 1 } else { 5 }) {
            let file = encoded(&picture, *coding);
            let alone = reduced(&file);
            for side in [1, 100, 320, 800, 60_000] {
                let planes = rendered(&file, side).unwrap();
                let again = reduced_of(&file, Decoded::Planes(&planes));
                assert_eq!(again, alone, "{coding:?} {width}x{height} {side}");
            }
        }
    }
    let file = png(&drawn(300, 200).into());
    let picture = decode(&file, &Limits::default()).unwrap();
    assert_eq!(
        reduced_of(&file, Decoded::Picture(&picture)),
        reduced(&file)
    );
}

/// Cells that differ: in the mean and at most.
fn difference(a: &[u8], b: &[u8]) -> (f64, u8) {
    let differences = || a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
    let sum: u64 = differences().map(u64::from).sum();
    (sum as f64 / a.len() as f64, differences().max().unwrap())
}

/// Something like a page: lines of strokes, a coloured picture on it. The finer it was scanned, the more pixels a
/// stroke has.
fn page(width: u32, height: u32) -> RgbImage {
    let photo = drawn(width, height);
    let stroke = (width / 1200).max(1);
    RgbImage::from_fn(width, height, |x, y| {
        let is_photo = x > width / 2 && y > height / 2;
        let (across, down) = (x / stroke, y / stroke);
        let is_stroke = (down / 9).is_multiple_of(2) && (across * 7 + down / 18 * 13) % 11 < 3;
        match (is_photo, is_stroke) {
            (true, _) => *photo.get_pixel(x, y),
            (_, true) => Rgb([20, 20, 60]),
            _ => Rgb([250; 3]),
        }
    })
}

#[test]
fn a_jpeg_is_reduced_as_its_pixels_are() {
    for (width, height) in [
        (300, 200),
        (700, 900),
        (1240, 1754),
        (3000, 2000),
        (5000, 4000),
    ] {
        for (name, picture) in [
            ("drawn", drawn(width, height)),
            ("page", page(width, height)),
        ] {
            for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_0] {
                let coding = Coding {
                    sampling,
                    quality: 95,
                    ..PLAIN
                };
                let jpeg = encoded(&picture.clone().into(), coding);
                let pixels = decode(&jpeg, &Limits::default()).unwrap().pixels;
                let (ours, theirs) = (reduced(&jpeg), reduced(&png(&pixels)));
                let luma = difference(ours.luma(), theirs.luma());
                let (ours, theirs) = (ours.chroma().unwrap(), theirs.chroma().unwrap());
                let blue = difference(&ours[0], &theirs[0]);
                let red = difference(&ours[1], &theirs[1]);
                println!(
                    "{width}x{height} {name} {sampling:?}: luma {luma:.2?} blue {blue:.2?} red {red:.2?}"
                );
                assert!(luma.0 <= 2.0 && blue.0 <= 2.0 && red.0 <= 2.0);
            }
        }
    }
}

#[test]
fn greys_are_grey_however_they_are_stored() {
    let grey = drawn(400, 300);
    let grey = DynamicImage::from(grey).into_luma8();
    let coloured = DynamicImage::from(DynamicImage::from(grey.clone()).into_rgb8());
    let grey = reduced(&png(&grey.into()));
    assert_eq!(grey.chroma(), None);
    assert_eq!(reduced(&png(&coloured)), grey);
    assert_eq!(reduced(&encoded(&coloured, PLAIN)).chroma(), None);
}

/// Of a very large picture the means of blocks are read, and nothing between them.
#[test]
fn a_very_large_picture_is_reduced_from_its_blocks() {
    let tile = drawn(64, 64);
    let pixel = |x: u32, y: u32| *tile.get_pixel((x / 40) % 64, (y / 50) % 64);
    let picture = RgbImage::from_fn(8_300, 8_200, pixel);
    for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_0] {
        let file = encoded(&picture.clone().into(), Coding { sampling, ..PLAIN });
        let alone = reduced(&file);
        let planes = rendered(&file, 100).unwrap();
        assert_eq!(reduced_of(&file, Decoded::Planes(&planes)), alone);
        let pixels = decode(&file, &Limits::default()).unwrap();
        let theirs = reduced_of(&png(&picture.clone().into()), Decoded::Picture(&pixels));
        let luma = difference(alone.luma(), theirs.luma());
        let chroma = difference(&alone.chroma().unwrap()[0], &theirs.chroma().unwrap()[0]);
        println!("{sampling:?}: luma {luma:.2?} blue {chroma:.2?}");
        assert!(luma.0 <= 2.0 && chroma.0 <= 2.0);
    }
}

/// What renditions leave behind is what is read for them.
#[test]
fn real_files_have_one_look_whatever_else_is_asked() {
    let folders = ["photos", "bad", "cases/jpeg", "cases/keep"];
    for (path, file) in folders.into_iter().flat_map(jpegs) {
        let limits = Limits::default();
        let alone = AlphaVariants::new(&file, Decoded::Nothing, &limits);
        for side in [90, 1600] {
            let planes = rendering(side, &file, &limits);
            let looks = match (&planes, decode(&file, &limits)) {
                (Ok(Some(planes)), _) => {
                    AlphaVariants::new(&file, Decoded::Planes(planes), &limits)
                }
                (_, Ok(picture)) => AlphaVariants::new(&file, Decoded::Picture(&picture), &limits),
                (_, Err(error)) => Err(error),
            };
            assert_eq!(looks, alone, "{side} {}", path.display());
        }
        if let Ok((_, looks)) = &alone {
            let wanted = hash(&file, &Algorithm::ALL, &limits).unwrap();
            assert_eq!(
                looks.fingerprints(&Algorithm::ALL),
                wanted,
                "{}",
                path.display()
            );
        }
    }
}

fn fidelity(file: &[u8]) -> Fidelity {
    let (_, looks) = AlphaVariants::new(file, Decoded::Nothing, &Limits::default()).unwrap();
    looks.fidelity().unwrap()
}

fn detail(file: &[u8]) -> u8 {
    true_detail(file, &Limits::default()).unwrap().unwrap()
}

fn enlarged(picture: &DynamicImage, share: f64, filter: FilterType) -> DynamicImage {
    let side = |pixels: u32| (f64::from(pixels) * share) as u32;
    picture.resize_exact(side(picture.width()), side(picture.height()), filter)
}

fn at_quality(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    encoded(&picture.to_rgb8().into(), Coding { quality, ..PLAIN })
}

/// Every enlargement has less detail than every copy of its source.
fn assert_told(source: &DynamicImage, name: &str) {
    let copies = [95, 85, 70, 50].map(|quality| at_quality(source, quality));
    let copies = copies.iter().map(|copy| detail(copy));
    let least = copies.chain([detail(&png(source))]).min().unwrap();
    for share in [1.5, 2.0, 3.0] {
        for filter in [FilterType::CatmullRom, FilterType::Lanczos3] {
            let enlarged = enlarged(source, share, filter);
            let most = detail(&png(&enlarged)).max(detail(&at_quality(&enlarged, 90)));
            assert!(
                most < least,
                "{name}: {most} of {share}, {least} of the source"
            );
        }
    }
}

#[test]
fn enlargements_have_less_detail_than_their_source() {
    assert_told(&drawn(320, 240).into(), "drawn");
    assert_told(&page(320, 240).into(), "page");
    for (path, file) in jpegs("photos").into_iter().step_by(4) {
        let photo = decode(&file, &Limits::default()).unwrap().pixels;
        let photo = photo.resize(400, 400, FilterType::Lanczos3);
        assert_told(&photo, &path.display().to_string());
    }
}

#[test]
fn detail_is_the_same_however_it_is_asked_for() {
    let picture = DynamicImage::from(drawn(700, 500));
    for file in [png(&picture), at_quality(&picture, 80)] {
        assert_eq!(fidelity(&file).detail, Some(detail(&file)));
    }
    // Of large JPEGs on demand alone.
    let picture = DynamicImage::from(drawn(2_100, 2_060));
    let file = at_quality(&picture, 90);
    assert_eq!(fidelity(&file).detail, None);
    assert!(detail(&file).abs_diff(detail(&png(&picture))) <= 2);
}

#[test]
fn colours_are_counted_as_far_as_it_matters() {
    let picture = DynamicImage::from(drawn(300, 200));
    let count = |picture: &DynamicImage| fidelity(&png(picture)).colours;
    let levels = |of: u8| {
        let mut grey = picture.to_luma8();
        grey.iter_mut().for_each(|level| *level = *level / of * of);
        DynamicImage::from(grey)
    };
    assert_eq!(count(&picture), 257);
    assert_eq!(count(&levels(128)), 2);
    assert_eq!(count(&levels(128).to_rgb8().into()), 2);
    assert!((3..=16).contains(&count(&levels(16))));
    assert_eq!(fidelity(&at_quality(&levels(128), 90)).colours, 257);
    assert_eq!(fidelity(&encoded(&levels(128), PLAIN)).colours, 256);
}
