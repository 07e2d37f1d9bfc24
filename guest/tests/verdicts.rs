//! Verdicts on pictures that are drawn here: things on a ground, captions, small signs and pages with next to nothing on them.
//! Each stands for a kind; the bench of trust draws many of each.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{ImageFormat, Rgb, RgbImage};
use vismatch_pipeline::compare::compare;
use vismatch_pipeline::comparison::{Comparison, Verdict};
use vismatch_pipeline::limits::Limits;

const WHITE: Rgb<u8> = Rgb([255; 3]);
const BLACK: Rgb<u8> = Rgb([0; 3]);
const BLUE: Rgb<u8> = Rgb([60, 110, 140]);

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, quality);
    encoder.encode_image(picture).unwrap();
    file
}

fn halved(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    resize(picture, width / 2, height / 2, FilterType::Lanczos3)
}

fn compared(a: &[u8], b: &[u8]) -> Comparison {
    let one = compare(a, b, None, &Limits::default()).unwrap();
    let other = compare(b, a, None, &Limits::default()).unwrap();
    assert_eq!(
        one.verdict, other.verdict,
        "{} {}",
        one.reason, other.reason
    );
    one
}

#[track_caller]
fn assert_similar_at_most(a: &RgbImage, b: &RgbImage) {
    let judged = compared(&png(a), &png(b));
    assert!(!judged.verdict.is_duplicate(), "{}", judged.reason);
}

#[track_caller]
fn assert_copies_are_found(picture: &RgbImage) {
    let original = png(picture);
    for copy in [jpeg(picture, 50), png(&halved(picture))] {
        let judged = compared(&original, &copy);
        assert!(judged.verdict.is_duplicate(), "{}", judged.reason);
    }
}

/// A mug with a handle of some radius, on white.
fn mug((width, height): (u32, u32), handle: u32) -> RgbImage {
    let (left, top) = (450 - width / 2, 350 - height / 2);
    RgbImage::from_fn(900, 700, |x, y| {
        let is_body = (left..left + width).contains(&x) && (top..top + height).contains(&y);
        let from_middle = (x.abs_diff(left + width).pow(2) + y.abs_diff(350).pow(2)).isqrt();
        let is_handle =
            x >= left + width && (handle.saturating_sub(30)..handle).contains(&from_middle);
        if is_body || is_handle { BLUE } else { WHITE }
    })
}

/// Something with detail all over.
fn scene(x: u32, y: u32) -> Rgb<u8> {
    let wave = (x * x / 90 + y * 3 + (x * y) / 140) % 256;
    Rgb([wave as u8, (255 - wave) as u8, ((x ^ y) % 200) as u8])
}

/// The scene over a white band with some bars of text.
fn captioned(bars: &[std::ops::Range<u32>]) -> RgbImage {
    RgbImage::from_fn(600, 560, |x, y| match y {
        0..450 => scene(x, y),
        480..500 if bars.iter().any(|bar| bar.contains(&x)) && x % 9 < 6 => BLACK,
        _ => WHITE,
    })
}

/// A white disc with a cross of some width on red.
fn sign(side: u32, width: u32) -> RgbImage {
    RgbImage::from_fn(side, side, |x, y| {
        let (x, y) = (x.abs_diff(side / 2), y.abs_diff(side / 2));
        let is_disc = x * x + y * y < side * side / 6;
        let is_cross = x.min(y) < width && x.max(y) < side / 4;
        match () {
            () if is_disc && !is_cross => WHITE,
            () => Rgb([190, 40, 40]),
        }
    })
}

/// A page with a line.
fn page((left, top): (u32, u32), length: u32) -> RgbImage {
    RgbImage::from_fn(827, 1169, |x, y| {
        let is_line = (left..left + length).contains(&x) && (top..top + 2).contains(&y);
        if is_line { BLACK } else { WHITE }
    })
}

#[test]
fn a_mug_with_another_handle_is_another_mug() {
    let wide = mug((300, 360), 110);
    assert_similar_at_most(&wide, &mug((300, 360), 70));
    assert_copies_are_found(&wide);
}

#[test]
fn a_mug_of_other_proportions_is_another_mug() {
    assert_similar_at_most(&mug((300, 360), 90), &mug((270, 360), 90));
}

#[test]
fn a_caption_is_an_edit_and_another_caption_another_picture() {
    let (bare, one) = (captioned(&[]), captioned(&[60..180, 220..400]));
    assert_eq!(compared(&png(&bare), &png(&one)).verdict, Verdict::Edited);
    assert_similar_at_most(&one, &captioned(&[90..300, 340..520]));
    assert_copies_are_found(&one);
}

#[test]
fn small_signs_are_told_apart_and_found() {
    for side in [48, 64, 128] {
        assert_similar_at_most(&sign(side, side / 12), &sign(side, side / 6));
    }
    for side in [128, 192, 256] {
        assert_copies_are_found(&sign(side, side / 12));
    }
}

#[test]
fn a_line_on_a_page_is_found_where_it_lies_nearly() {
    let line = page((200, 400), 300);
    assert_copies_are_found(&line);
    let moved = compared(&png(&line), &png(&page((208, 411), 300)));
    assert!(moved.verdict.is_duplicate(), "{}", moved.reason);
    assert_similar_at_most(&line, &page((200, 400), 420));
    assert_similar_at_most(&line, &page((200, 700), 300));
}
