use vismatch_pipeline::sketch::{Parts, Window};

use super::*;
use crate::domain::{Dimensions, Exif, Orientation};

const PLAIN: Merits = Merits {
    frames: 1,
    pixels: 1_000,
    bare: 1_000,
    resolved: Some(200),
    tones: Some(3),
    is_coloured: Some(false),
    quality: 70,
    is_seen_through: false,
    has_alpha: false,
    facts: 0,
    format: 0,
    bytes: 10,
};

#[track_caller]
fn best(copies: &[Merits]) -> (usize, Merit) {
    let best = best_copy(copies).unwrap();
    (best.position, best.merit)
}

/// PLAIN with one thing changed.
fn with(change: impl Fn(&mut Merits)) -> Merits {
    let mut merits = PLAIN;
    change(&mut merits);
    merits
}

#[test]
fn each_merit_decides_where_those_before_it_do_not() {
    let all = [
        (Merit::Frames, with(|one| one.frames = 2)),
        (Merit::Pixels, with(|one| one.pixels = 1_100)),
        (Merit::Bare, with(|one| one.bare = 1_030)),
        (Merit::Tones, with(|one| one.tones = Some(4))),
        (Merit::Colour, with(|one| one.is_coloured = Some(true))),
        (Merit::Sharpness, with(|one| one.quality = 81)),
        (Merit::Transparency, with(|one| one.is_seen_through = true)),
        (Merit::Facts, with(|one| one.facts = 4)),
        (
            Merit::Resolved,
            with(|one| (one.pixels, one.resolved) = (640, Some(250))),
        ),
        (Merit::Alpha, with(|one| one.has_alpha = true)),
        (Merit::Format, with(|one| one.format = 1)),
        (Merit::Bytes, with(|one| one.bytes = 11)),
        (Merit::Earliest, PLAIN),
    ];
    for first in 0..all.len() - 1 {
        let left: Vec<Merits> = all[first..]
            .iter()
            .rev()
            .map(|(_, one)| one.clone())
            .collect();
        assert_eq!(best(&left), (left.len() - 1, all[first].0));
    }
    assert_eq!(best(&[PLAIN, PLAIN]), (0, Merit::Earliest));
    assert_eq!(best_copy::<Merits>(&[]), None);
}

#[test]
fn what_is_not_known_of_all_decides_nothing() {
    let unknown = with(|one| one.tones = None);
    let many = with(|one| one.tones = Some(4));
    assert_eq!(best(&[unknown, many.clone()]), (0, Merit::Earliest));
    assert_eq!(best(&[PLAIN, many]), (1, Merit::Tones));
}

#[test]
fn a_few_pixels_more_do_not_outweigh_what_the_camera_wrote() {
    let larger = with(|one| one.pixels = 1_040);
    let dated = with(|one| one.facts = 4);
    assert_eq!(best(&[larger, dated]), (1, Merit::Facts));
}

#[test]
fn a_blurred_copy_is_not_kept_and_one_that_is_hardly_softer_may_be() {
    let soft = |quality| Merits {
        quality,
        facts: 11,
        bytes: 1_000,
        ..PLAIN
    };
    assert_eq!(best(&[soft(40), PLAIN]), (1, Merit::Sharpness));
    assert_eq!(best(&[PLAIN, soft(60)]), (1, Merit::Facts));
}

/// A file of so many pixels, and what its sketch says.
struct Copy {
    info: ImageInfo,
    parts: Parts,
    bytes: u64,
}

fn copy(format: ImageFormat, (width, height): (u32, u32)) -> Copy {
    let chroma = vec![90; 24 * 24];
    Copy {
        info: ImageInfo {
            format,
            size: Dimensions { width, height },
            orientation: Orientation::Upright,
            frames: 1,
            has_alpha: false,
            has_colour_profile: false,
            exif: None,
        },
        parts: Parts {
            size: (width, height),
            frames: 1,
            flatness: 9,
            detail: 140,
            colours: 257,
            window: Window::WHOLE,
            has_surroundings: false,
            luma: vec![90; 128 * 128],
            chroma: Some([chroma.clone(), chroma]),
            opaque: None,
            is_paged: false,
            frame_samples: None,
        },
        bytes: 1_000,
    }
}

fn camera() -> Copy {
    let mut camera = copy(ImageFormat::Jpeg, (1_000, 800));
    camera.info.exif = Some(Exif {
        camera_make: Some("Canon".into()),
        camera_model: None,
        lens: None,
        taken_at: None,
        location: None,
    });
    camera
}

fn merits(copy: &Copy) -> Merits {
    let sketch = Sketch::from_parts(&copy.parts);
    Merits::new(&copy.info, &[], copy.bytes, Some(&sketch))
}

#[track_caller]
fn loses(other: Copy, merit: Merit) {
    let camera = merits(&camera());
    assert_eq!(best(&[merits(&other), camera]), (1, merit));
}

#[test]
fn the_camera_file_is_kept_beside_poorer_ones() {
    let mut enlarged = copy(ImageFormat::Jpeg, (2_000, 1_600));
    enlarged.parts.detail = 70;
    loses(enlarged, Merit::Facts);
    let mut sixteen_colours = copy(ImageFormat::Png, (1_000, 800));
    sixteen_colours.parts.colours = 16;
    loses(sixteen_colours, Merit::Tones);
    let mut dithered = copy(ImageFormat::Png, (1_000, 800));
    (dithered.parts.colours, dithered.parts.chroma) = (2, None);
    dithered.parts.detail = 255;
    loses(dithered, Merit::Tones);
    let mut grey = copy(ImageFormat::Png, (1_000, 800));
    (grey.parts.colours, grey.parts.chroma) = (0, None);
    loses(grey, Merit::Colour);
    let mut opaque_all_over = copy(ImageFormat::Png, (1_000, 800));
    (opaque_all_over.info.has_alpha, opaque_all_over.bytes) = (true, 9_000);
    loses(opaque_all_over, Merit::Facts);
    loses(copy(ImageFormat::Png, (700, 560)), Merit::Pixels);
}

#[test]
fn a_drawing_is_not_given_up_for_a_jpeg_of_it() {
    let mut drawing = copy(ImageFormat::Png, (800, 600));
    (drawing.parts.colours, drawing.parts.flatness) = (9, 200);
    let mut jpeg = copy(ImageFormat::Jpeg, (800, 600));
    (jpeg.parts.flatness, jpeg.bytes) = (200, 90_000);
    let merits = [jpeg, drawing].map(|copy| merits(&copy));
    assert_eq!(best(&merits), (1, Merit::Format));
}

#[test]
fn what_lies_inside_a_frame_counts_and_not_the_frame() {
    let framed = |size, left, top| {
        let mut framed = copy(ImageFormat::Png, size);
        framed.parts.window = Window {
            left,
            top,
            right: 512 - left,
            bottom: 512 - top,
        };
        framed
    };
    // The whole picture with a band of a tenth, and a screenshot of it at half its size.
    loses(framed((1_200, 960), 43, 43), Merit::Bare);
    loses(framed((1_080, 2_340), 128, 212), Merit::Pixels);
}

#[test]
fn frames_are_never_given_up() {
    let mut clip = with(|one| one.pixels = 10);
    clip.frames = 8;
    let still = with(|one| one.facts = 11);
    assert_eq!(best(&[still, clip]), (1, Merit::Frames));
}

#[test]
fn an_enlargement_is_not_kept_for_its_length() {
    let small = with(|one| one.bytes = 5);
    let enlarged = with(|one| (one.pixels, one.resolved) = (4_000, Some(100)));
    assert_eq!(best(&[enlarged, small]), (1, Merit::Resolved));
}
