//! Reduced pictures: the same whatever else is asked of a file, however it is turned; nearly the same of a JPEG
//! and of a PNG of its pixels.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, metadata};
use jpeg_encoder::SamplingFactor;
use vismatch_pipeline::decode::{Least, Planes, Wanted, decode, planes};
use vismatch_pipeline::hash::{Decoded, Looks, ReducedPicture};
use vismatch_pipeline::info::{ImageInfo, Orientation};
use vismatch_pipeline::limits::Limits;

mod coded;

use coded::{Coding, PLAIN, codings, drawn, encoded, square};

fn reduced(file: &[u8]) -> ReducedPicture {
    reduced_of(file, Decoded::Nothing)
}

fn reduced_of(file: &[u8], decoded: Decoded<'_>) -> ReducedPicture {
    let (_, looks) = Looks::of(file, decoded, &Limits::default()).unwrap();
    looks.reduced().unwrap().clone()
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

/// The planes that renditions of a size ask for.
fn rendered(file: &[u8], side: u32) -> Option<Planes> {
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
    planes(file, &Limits::default(), wanted).unwrap()
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
