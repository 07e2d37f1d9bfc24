//! Verdicts on pictures that are drawn here: things on a ground, captions, small signs and pages with next to nothing on them.
//! Each stands for a kind; the bench of trust draws many of each.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType, resize};
use image::{ImageFormat, Rgb, RgbImage};
use vismatch_pipeline::compare::compare;
use vismatch_pipeline::comparison::{Comparison, Verdict};
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::info::Orientation;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::process::process;
use vismatch_pipeline::rendition::Plan;
use vismatch_pipeline::sketch::Sketch;
use vismatch_pipeline::verification::judge;

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

/// An A4 page of 1240 pixels with a thin grey line that is 100 long.
fn hairline(left: u32, top: u32) -> RgbImage {
    RgbImage::from_fn(1240, 1754, |x, y| match y == top {
        true if (left..left + 100).contains(&x) => Rgb([90; 3]),
        _ => WHITE,
    })
}

/// A letter of 35 lines on an A4 page that is so many pixels wide, with an amount in it.
fn letter(width: u32, amount: u32) -> RgbImage {
    // A character is 3 by 5 squares of 5 pixels where the page is 1240 pixels wide.
    let ink = |character: u32| character.wrapping_mul(2_654_435_761) >> 13;
    let is_ink = |x: u32, y: u32| {
        let (column, line) = (x / 20, y / 34);
        let (across, down) = (x % 20 / 5, y % 34 / 5);
        let is_text = (8..54).contains(&column) && (9..44).contains(&line);
        let character = match (line, column) {
            (20, 30..33) => 10_000 + amount / 10_u32.pow(32 - column) % 10,
            _ => line * 61 + column * column,
        };
        is_text && across < 3 && down < 5 && ink(character) >> (across * 5 + down) & 1 == 1
    };
    RgbImage::from_fn(width, width * 1754 / 1240, |x, y| {
        match is_ink(x * 1240 / width, y * 1240 / width) {
            true => BLACK,
            false => WHITE,
        }
    })
}

/// Some scene under a sky with a dark cloud.
fn landscape() -> RgbImage {
    RgbImage::from_fn(600, 450, |x, y| match (x, y) {
        (240..300, 30..50) => Rgb([140; 3]),
        (_, 0..90) => Rgb([200; 3]),
        _ => scene(x, y),
    })
}

/// A picture between two black bars.
fn letterboxed(picture: &RgbImage, bar: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut boxed = RgbImage::from_pixel(width, height + 2 * bar, BLACK);
    image::imageops::replace(&mut boxed, picture, 0, bar.into());
    boxed
}

/// Light that rises smoothly, and some balloons in it.
fn balloons() -> RgbImage {
    RgbImage::from_fn(960, 720, |x, y| {
        let is_in = |number: u32| {
            let (left, top) = (140 + number * 373 % 720, 120 + number * 211 % 500);
            let from_middle = x.abs_diff(left).pow(2) + y.abs_diff(top).pow(2);
            from_middle < (14 + number * 5).pow(2)
        };
        let sky = 60.0 + x as f32 / 10.0 + y as f32 / 12.0;
        match (0..6).find(|number| is_in(*number)) {
            Some(number) => Rgb([(sky * 0.5) as u8, (number * 40) as u8, 40]),
            None => Rgb([(sky * 0.8) as u8, sky as u8, (sky * 1.2) as u8]),
        }
    })
}

fn sketch(file: &[u8]) -> Sketch {
    let plan = Plan {
        algorithms: vec![Algorithm::Phash],
        renditions: Vec::new(),
        luma_plane: false,
    };
    let made = process(file, &plan, &Limits::default()).unwrap();
    made.sketch.unwrap()
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

#[test]
fn a_thin_line_is_found_wherever_it_falls_among_the_cells() {
    for top in 400..405 {
        let line = hairline(300, top);
        let judged = compared(&png(&line), &jpeg(&line, 50));
        assert!(judged.verdict.is_duplicate(), "{top}: {}", judged.reason);
    }
    assert_similar_at_most(&hairline(300, 400), &hairline(300, 600));
}

#[test]
fn a_letter_of_another_size_is_found_and_one_with_another_amount_told_apart() {
    let small = letter(1240, 483);
    let judged = compared(&png(&small), &png(&letter(1654, 483)));
    assert!(judged.verdict.is_duplicate(), "{}", judged.reason);
    for amount in [485, 783, 250] {
        assert_similar_at_most(&small, &letter(1654, amount));
        assert_similar_at_most(&small, &letter(1240, amount));
    }
}

#[test]
fn a_part_painted_over_is_an_edit() {
    let photo = RgbImage::from_fn(600, 450, scene);
    for (level, part) in [(255, 90), (0, 90), (128, 110), (255, 200)] {
        let blanked = |from: u32| {
            RgbImage::from_fn(600, 450, |x, y| match (from..from + part).contains(&y) {
                true => Rgb([level; 3]),
                false => scene(x, y),
            })
        };
        let (below, above) = (blanked(450 - part), blanked(0));
        let judged = compared(&png(&photo), &png(&below));
        assert_ne!(judged.verdict, Verdict::SamePicture, "{}", judged.reason);
        let judged = compared(&png(&above), &png(&below));
        assert_ne!(judged.verdict, Verdict::SamePicture, "{}", judged.reason);
    }
}

#[test]
fn a_cropped_sky_with_little_in_it_is_no_other_picture() {
    let sky = balloons();
    let crop = imageops::crop_imm(&sky, 80, 60, 880, 660).to_image();
    let (sky, crop) = (png(&sky), jpeg(&crop, 85));
    let (judged, _) = judge(&sketch(&sky), &sketch(&crop), &[Orientation::Upright]);
    assert_ne!(judged.verdict, Verdict::Different, "{}", judged.reason);
    let judged = compared(&sky, &crop);
    assert_eq!(judged.verdict, Verdict::Edited, "{}", judged.reason);
}

#[test]
fn a_figure_at_another_edge_of_a_page_makes_another_page() {
    let with_figure = |left: u32, top: u32| {
        let mut page = letter(1240, 483);
        for y in top..top + 18 {
            for x in left..left + 12 {
                let is_stroke = y < top + 3 || (x - left) * 18 / 12 + (y - top) == 18;
                if is_stroke {
                    page.put_pixel(x, y, BLACK);
                }
            }
        }
        page
    };
    let foot = with_figure(620, 1680);
    assert_similar_at_most(&foot, &with_figure(620, 60));
    assert_similar_at_most(&foot, &with_figure(1180, 900));
    assert_copies_are_found(&foot);
}

#[test]
fn a_sky_is_the_same_where_it_is_a_band_and_where_it_is_content() {
    let photo = landscape();
    let judged = compared(&png(&photo), &png(&letterboxed(&photo, 75)));
    assert!(judged.verdict.is_duplicate(), "{}", judged.reason);
}

/// A wall in one colour beside a blurred edge of another, with grain.
fn blurred_edge(edge: [f32; 3], wall: [f32; 3], width: f32) -> RgbImage {
    RgbImage::from_fn(200, 200, |x, y| {
        let share = 1.0 / (1.0 + ((x as f32 - 28.0) / width).exp());
        let grain = ((x * 31 + y * 17) % 7) as f32 / 3.0 - 1.0;
        Rgb([0, 1, 2].map(|c| (edge[c] * share + wall[c] * (1.0 - share) + grain) as u8))
    })
}

#[test]
fn blurred_edges_of_other_colours_are_other_pictures() {
    let dark = blurred_edge([80.0, 24.0, 10.0], [168.0, 178.0, 160.0], 2.0);
    let light = blurred_edge([204.0, 140.0, 100.0], [206.0, 202.0, 182.0], 4.0);
    assert_similar_at_most(&dark, &light);
    assert_copies_are_found(&dark);
}

/// A scene below a bright hazy sky with a cloud.
fn hazy(light: f32) -> RgbImage {
    RgbImage::from_fn(600, 450, |x, y| {
        let haze = 205.0 + ((x * 7 + y * 13) % 40) as f32;
        let Rgb(levels) = match (x, y) {
            (200..320, 30..70) => Rgb([160; 3]),
            (_, 0..150) => Rgb([haze as u8; 3]),
            _ => scene(x, y),
        };
        Rgb(levels.map(|level| (f32::from(level) * light).min(255.0) as u8))
    })
}

#[test]
fn a_lighter_copy_whose_sky_became_a_band_is_an_edit() {
    let judged = compared(&png(&hazy(1.0)), &jpeg(&hazy(1.2), 90));
    assert_eq!(judged.verdict, Verdict::Edited, "{}", judged.reason);
}

/// Stars and galaxies in front of a sky with the noise of a camera.
fn deep_field() -> RgbImage {
    let random = |x: u32, y: u32, salt: u32| {
        let mixed = (x * 9_176 + y * 131_071 + salt).wrapping_mul(2_654_435_761);
        (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 24
    };
    RgbImage::from_fn(640, 560, |x, y| {
        let star = random(x / 24, y / 24, 5);
        let from_middle = (x % 24).abs_diff(12).pow(2) + (y % 24).abs_diff(12).pow(2);
        let glow = (star as f32) * (-(from_middle as f32) / (2.0 + star as f32 / 12.0)).exp();
        let noise = (0..4).map(|salt| random(x, y, salt)).sum::<u32>() as f32 / 1_020.0 * 26.0;
        Rgb([glow + noise + 6.0; 3].map(|level| level.min(255.0) as u8))
    })
}

#[test]
fn a_night_sky_of_a_camera_is_a_photo() {
    let sky = deep_field();
    let judged = compared(&png(&sky), &jpeg(&sky, 10));
    assert!(judged.verdict.is_duplicate(), "{}", judged.reason);
    let mut marked = sky.clone();
    for (x, y) in (430..600).flat_map(|x| (500..530).map(move |y| (x, y))) {
        if x / 9 % 2 == 0 {
            let Rgb([level, ..]) = *marked.get_pixel(x, y);
            marked.put_pixel(x, y, Rgb([level / 2 + 110; 3]));
        }
    }
    let judged = compared(&png(&sky), &jpeg(&marked, 85));
    assert_eq!(judged.verdict, Verdict::Edited, "{}", judged.reason);
}
