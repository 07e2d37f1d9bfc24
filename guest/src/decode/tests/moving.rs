//! Animations and pages, drawn and put together here: which frames are counted, and what is shown of them.

use image::{GrayImage, ImageFormat as Codec, Luma, Rgba, RgbaImage};
use proptest::collection::vec;
use proptest::prelude::*;

use super::drawn::{avif, colours, encoded, png_chunk};
use crate::decode::{decode, inspect};
use crate::error::{ImageError, Limit};
use crate::hash::sampled_frames;
use crate::limits::Limits;
use crate::sequence::{FrameLuma, FrameSamples, sampled};

/// Sides of all that is drawn here.
const SIZE: (u32, u32) = (64, 32);

/// Four frames of 8x8 pixels, lossless, of the greys 40, 90, 140 and 190; made by libjxl.
const JXL: &str = "ff0a41044d0020260804010038004b188b1580d5ea7f000c275a4d20080401003c004b188b15801dd4ff0018\
    d0af9ad000080401003c004b188b15805dd4ff001892ae9a6000080405003c004b188b15805dd4ff001892ae9af001";

/// What is drawn for one frame.
#[derive(Clone)]
struct Drawn {
    place: (u32, u32),
    picture: RgbaImage,
    blends: bool,
    /// As in GIF: 1 is kept, 2 is cleared, 3 is restored.
    after: u8,
}

/// A bar that moves from frame to frame.
fn bar(at: u32) -> GrayImage {
    GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        Luma([if x / 4 == at { 250 } else { (x + y) as u8 }])
    })
}

fn whole(picture: GrayImage) -> Drawn {
    Drawn {
        place: (0, 0),
        picture: image::DynamicImage::from(picture).into_rgba8(),
        blends: false,
        after: 1,
    }
}

fn bars(count: u32) -> Vec<Drawn> {
    (0..count).map(|at| whole(bar(at))).collect()
}

/// A box of one grey, with a transparent corner.
fn part(place: (u32, u32), grey: u8, after: u8) -> Drawn {
    let picture = RgbaImage::from_fn(20, 10, |x, y| {
        let alpha = if x < 6 && y < 4 { 0 } else { 255 };
        Rgba([grey, grey, grey, alpha])
    });
    Drawn {
        place,
        picture,
        blends: true,
        after,
    }
}

fn gif(frames: &[Drawn]) -> Vec<u8> {
    let [width, height] = [SIZE.0 as u8, SIZE.1 as u8];
    let mut file = b"GIF89a".to_vec();
    file.extend([width, 0, height, 0, 0, 0, 0]);
    for frame in frames {
        let mut still = encoded(frame.picture.clone(), Codec::Gif);
        let control = still.windows(3).position(|part| part == [0x21, 0xF9, 4]);
        let control = control.unwrap();
        still[control + 3] = still[control + 3] & 1 | frame.after << 2;
        still[control + 9] = frame.place.0 as u8;
        still[control + 11] = frame.place.1 as u8;
        file.extend(&still[control..still.len() - 1]);
    }
    file.push(0x3B);
    file
}

fn riff_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let padding = &[0][..data.len() % 2];
    [name, &(data.len() as u32).to_le_bytes()[..], data, padding].concat()
}

fn three_bytes(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

fn webp(frames: &[Drawn]) -> Vec<u8> {
    let sides = |(width, height)| [three_bytes(width - 1), three_bytes(height - 1)].concat();
    let mut content = b"WEBP".to_vec();
    content.extend(riff_chunk(
        b"VP8X",
        &[&[0x12, 0, 0, 0], &sides(SIZE)[..]].concat(),
    ));
    content.extend(riff_chunk(b"ANIM", &[0; 6]));
    for frame in frames {
        let (x, y) = frame.place;
        let flags = u8::from(!frame.blends) << 1 | u8::from(frame.after == 2);
        let still = encoded(frame.picture.clone(), Codec::WebP);
        let parts = [
            &three_bytes(x / 2)[..],
            &three_bytes(y / 2),
            &sides(frame.picture.dimensions()),
            &[40, 0, 0, flags],
            &still[12..],
        ];
        content.extend(riff_chunk(b"ANMF", &parts.concat()));
    }
    riff_chunk(b"RIFF", &content)
}

/// With `outside`, the first picture is no frame of the animation.
fn apng(frames: &[Drawn], outside: bool) -> Vec<u8> {
    let shown = frames.len() as u32 - u32::from(outside);
    let first = encoded(frames[0].picture.clone(), Codec::Png);
    let mut file = first[..33].to_vec();
    file.extend(png_chunk(b"acTL", &[shown.to_be_bytes(), [0; 4]].concat()));
    for (at, frame) in frames.iter().enumerate() {
        let number = (at as u32 * 2).to_be_bytes();
        let (width, height) = frame.picture.dimensions();
        let sides = [width, height, frame.place.0, frame.place.1].map(u32::to_be_bytes);
        let ways = [0, 1, 0, 25, frame.after - 1, u8::from(frame.blends)];
        if !outside || at > 0 {
            let control = [&number[..], &sides.concat(), &ways].concat();
            file.extend(png_chunk(b"fcTL", &control));
        }
        let data = picture_data(&encoded(frame.picture.clone(), Codec::Png));
        file.extend(match at {
            0 => png_chunk(b"IDAT", &data),
            _ => png_chunk(b"fdAT", &[&number, &data[..]].concat()),
        });
    }
    file.extend(png_chunk(b"IEND", &[]));
    file
}

/// What is in the `IDAT` chunks of a PNG.
fn picture_data(file: &[u8]) -> Vec<u8> {
    let chunks = crate::decode::png::chunks(file);
    let data = chunks.filter(|(name, _)| *name == b"IDAT");
    data.flat_map(|(_, data)| data.to_vec()).collect()
}

/// Pages without compression, each behind its directory: tags, types and values as in TIFF 6.0, section 8.
fn tiff(pages: &[(GrayImage, u32)]) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for (at, (picture, kind)) in pages.iter().enumerate() {
        let (width, height) = picture.dimensions();
        let entries: [(u16, u32); 8] = [
            (254, *kind),
            (256, width),
            (257, height),
            (258, 8),
            (262, 1),
            (273, file.len() as u32 + 2 + 8 * 12 + 4),
            (278, height),
            (279, width * height),
        ];
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            file.extend(
                [
                    &tag.to_le_bytes()[..],
                    &[4, 0, 1, 0, 0, 0],
                    &value.to_le_bytes(),
                ]
                .concat(),
            );
        }
        let next = file.len() as u32 + 4 + width * height;
        let next = if at + 1 == pages.len() { 0 } else { next };
        file.extend(next.to_le_bytes());
        file.extend(picture.as_raw());
    }
    file
}

fn frames_of(file: &[u8]) -> u32 {
    let info = inspect(file, &Limits::default()).unwrap();
    assert_eq!(decode(file, &Limits::default()).unwrap().info, info);
    info.frames
}

fn samples(file: &[u8], limits: &Limits) -> Option<FrameSamples> {
    sampled_frames(file, &inspect(file, limits).unwrap(), limits)
}

fn lumas(file: &[u8]) -> Vec<FrameLuma> {
    match samples(file, &Limits::default()) {
        Some(FrameSamples::Sampled(lumas)) => lumas,
        other => panic!("{other:?}"),
    }
}

/// The luma of stills.
fn expected(pictures: &[GrayImage]) -> Vec<FrameLuma> {
    let last = pictures.len() as u32 - 1;
    let pages: Vec<_> = pictures.iter().cloned().map(|page| (page, 0)).collect();
    let lumas = lumas(&tiff(&pages));
    assert_eq!(lumas.last().unwrap().frame, last);
    lumas
}

#[test]
fn all_formats_show_the_same_frames() {
    let drawn = bars(12);
    let pictures: Vec<_> = (0..12).map(bar).collect();
    let expected = expected(&pictures);
    let places: Vec<_> = expected.iter().map(|luma| luma.frame).collect();
    assert_eq!(places, sampled(12));
    for file in [
        gif(&drawn),
        webp(&drawn),
        apng(&drawn, false),
        apng(&drawn, true),
    ] {
        assert_eq!(frames_of(&file), 12);
        assert_eq!(lumas(&file), expected);
    }
    assert!(expected[0].largest_difference(&expected[1]) > 200);
}

/// What is shown of frames that cover a part of the screen only.
#[test]
fn frames_are_laid_over_what_is_left() {
    let drawn = [
        whole(bar(3)),
        part((10, 4), 200, 3),
        part((30, 8), 100, 2),
        part((20, 6), 0, 1),
        part((54, 26), 150, 1),
    ];
    let composited = |ground: &GrayImage, drawn: &Drawn| {
        let mut shown = ground.clone();
        for (x, y, pixel) in drawn.picture.enumerate_pixels() {
            let (x, y) = (x + drawn.place.0, y + drawn.place.1);
            if pixel.0[3] > 0 && x < SIZE.0 && y < SIZE.1 {
                shown.put_pixel(x, y, Luma([pixel.0[0]]));
            }
        }
        shown
    };
    let first = bar(3);
    let second = composited(&first, &drawn[1]);
    let third = composited(&first, &drawn[2]);
    // All of its box is cleared.
    let mut cleared = first.clone();
    for (x, y) in (30..50).flat_map(|x| (8..18).map(move |y| (x, y))) {
        cleared.put_pixel(x, y, Luma([255]));
    }
    let fourth = composited(&cleared, &drawn[3]);
    let fifth = composited(&fourth, &drawn[4]);
    let expected = expected(&[first, second, third, fourth, fifth]);
    assert_eq!(lumas(&gif(&drawn)), expected);
    // In these two no frame may reach beyond the edge, and WebP restores nothing.
    assert_eq!(lumas(&apng(&drawn[..4], false)), expected[..3]);
    let mut kept = drawn;
    kept[1].after = 1;
    assert_eq!(lumas(&webp(&kept[..4])), lumas(&apng(&kept[..4], false)));
    assert_ne!(lumas(&webp(&kept[..4])), expected[..3]);
}

/// Half of black over white is grey, and more of it is darker.
#[test]
fn half_transparent_frames_are_mixed() {
    let mut drawn = bars(3);
    for frame in &mut drawn {
        frame.picture = RgbaImage::from_pixel(SIZE.0, SIZE.1, Rgba([0, 0, 0, 128]));
        frame.blends = true;
    }
    drawn[2].blends = false;
    for file in [webp(&drawn), apng(&drawn, false)] {
        let cells: Vec<_> = lumas(&file).iter().map(|luma| luma.cells[0]).collect();
        assert_eq!(cells, [63, 127]);
    }
}

#[test]
fn thumbnails_are_not_looked_at() {
    let pages = [
        (bar(1), 0),
        (bar(2), 1),
        (bar(3), 2),
        (bar(4), 4),
        (bar(5), 0),
    ];
    let file = tiff(&pages);
    assert_eq!(frames_of(&file), 3);
    assert_eq!(lumas(&file), expected(&[bar(1), bar(3), bar(5)]));
    assert_eq!(frames_of(&tiff(&pages[..2])), 1);
}

#[test]
fn stills_and_icons_have_nothing_further() {
    let limits = Limits::default();
    for codec in [
        Codec::Png,
        Codec::Gif,
        Codec::WebP,
        Codec::Tiff,
        Codec::Jpeg,
    ] {
        assert_eq!(samples(&encoded(colours(20, 20), codec), &limits), None);
    }
    assert_eq!(samples(&tiff(&[(bar(1), 0), (bar(2), 1)]), &limits), None);
    let icon = encoded(
        image::DynamicImage::from(colours(16, 16)).into_rgba8(),
        Codec::Ico,
    );
    let two = [&icon[..4], &[2, 0], &icon[6..22], &icon[6..22], &icon[22..]].concat();
    let mut two = two;
    for entry in [6, 22] {
        two[entry + 12..entry + 16].copy_from_slice(&38_u32.to_le_bytes());
    }
    assert_eq!(frames_of(&two), 2);
    assert_eq!(samples(&two, &limits), None);
}

#[test]
fn a_jxl_animation_is_counted_and_shown() {
    let file = hex::decode(JXL).unwrap();
    assert_eq!(frames_of(&file), 4);
    let cells: Vec<_> = lumas(&file).iter().map(|luma| luma.cells[0]).collect();
    assert_eq!(cells, [90, 140, 190]);
    // Cut within the last one.
    assert_eq!(frames_of(&file[..80]), 3);
    let limits = Limits {
        max_frames: 2,
        ..Limits::default()
    };
    match inspect(&file, &limits) {
        Err(ImageError::TooLarge(excess)) => assert_eq!(excess.limit, Limit::Frames),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_avif_sequence_is_counted_and_not_shown() {
    let boxed = |name: &[u8; 4], content: &[u8]| {
        let length = (content.len() as u32 + 8).to_be_bytes();
        [&length, &name[..], content].concat()
    };
    let handler = boxed(b"hdlr", &[&[0; 8], &b"pict"[..], &[0; 13]].concat());
    let sizes = boxed(b"stsz", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30]);
    let tables = boxed(b"minf", &boxed(b"stbl", &sizes));
    let track = boxed(b"trak", &boxed(b"mdia", &[handler, tables].concat()));
    let still = avif(&colours(20, 20));
    assert_eq!(frames_of(&still), 1);
    let sequence = [still, boxed(b"moov", &track)].concat();
    assert_eq!(frames_of(&sequence), 30);
    let samples = samples(&sequence, &Limits::default());
    assert_eq!(samples, Some(FrameSamples::NotSampled));
}

/// The first frame of a file is shown however broken the others are.
#[test]
fn a_broken_frame_is_no_fault_of_the_file() {
    let drawn = bars(9);
    for mut file in [gif(&drawn), apng(&drawn, false)] {
        file.truncate(file.len() * 9 / 10);
        assert!(frames_of(&file) > 7);
        let samples = samples(&file, &Limits::default());
        assert_eq!(samples, Some(FrameSamples::NotSampled));
    }
    let mut file = webp(&drawn);
    let last = file.windows(4).rposition(|name| name == b"VP8L").unwrap();
    file[last + 8] = 0;
    assert_eq!(frames_of(&file), 9);
    let broken = samples(&file, &Limits::default());
    assert_eq!(broken, Some(FrameSamples::NotSampled));
}

#[test]
fn too_many_pixels_are_not_looked_at() {
    let mut drawn = bars(9);
    let limits = Limits {
        max_pixels: u64::from(SIZE.0 * SIZE.1) * 14,
        ..Limits::default()
    };
    // Only what is shown has to be decoded, unless it lets through what was there before.
    for file in [gif(&drawn), webp(&drawn), apng(&drawn, false)] {
        assert!(matches!(
            samples(&file, &limits),
            Some(FrameSamples::Sampled(_))
        ));
    }
    for frame in &mut drawn {
        frame.picture.put_pixel(0, 0, Rgba([0; 4]));
        frame.blends = true;
    }
    for file in [gif(&drawn), webp(&drawn), apng(&drawn, false)] {
        assert_eq!(samples(&file, &limits), Some(FrameSamples::NotSampled));
    }
    let pages: Vec<_> = (0..16).map(|at| (bar(at), 0)).collect();
    assert!(matches!(
        samples(&tiff(&pages), &limits),
        Some(FrameSamples::Sampled(_))
    ));
    let limits = Limits {
        max_pixels: u64::from(SIZE.0 * SIZE.1) * 6,
        ..limits
    };
    assert_eq!(
        samples(&tiff(&pages), &limits),
        Some(FrameSamples::NotSampled)
    );
}

fn moving() -> Vec<Vec<u8>> {
    let mut drawn = bars(4);
    drawn.push(part((10, 4), 200, 3));
    drawn.push(part((30, 8), 100, 2));
    let pages = [(bar(1), 0), (bar(2), 1), (bar(3), 0)];
    vec![
        gif(&drawn),
        webp(&drawn),
        apng(&drawn, false),
        apng(&drawn, true),
        tiff(&pages),
        hex::decode(JXL).unwrap(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn flipped_bits_of_frames_never_panic(kind in 0..6_usize, flips in vec((any::<prop::sample::Index>(), 0..8_u8), 1..12)) {
        let mut file = moving().swap_remove(kind);
        for (place, bit) in flips {
            let place = place.index(file.len());
            file[place] ^= 1 << bit;
        }
        let limits = Limits { max_pixels: 1 << 18, max_side: 1 << 12, ..Limits::default() };
        if let Ok(info) = inspect(&file, &limits) {
            let _ = sampled_frames(&file, &info, &limits);
        }
    }
}
