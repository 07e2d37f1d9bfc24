//! Files that are cut off, lie or bite: each has a named answer, and none takes memory for it.

use image::ImageFormat as Codec;
use proptest::collection::vec;
use proptest::prelude::*;

use super::drawn::{avif, colours, encoded, jpeg, png_chunk, png_with, zlib_of_zeroes};
use crate::decode::{decode, inspect};
use crate::error::{Excess, ImageError, Limit};
use crate::limits::Limits;

fn refusal(bytes: &[u8]) -> ImageError {
    decode(bytes, &Limits::default()).unwrap_err()
}

fn excess(bytes: &[u8]) -> Excess {
    assert_eq!(
        inspect(bytes, &Limits::default()).unwrap_err(),
        refusal(bytes)
    );
    match refusal(bytes) {
        ImageError::TooLarge(excess) => excess,
        other => panic!("{other}"),
    }
}

/// One file of every format that is written here.
fn samples() -> Vec<Vec<u8>> {
    let drawn = colours(40, 30);
    let codecs = [
        Codec::Png,
        Codec::Jpeg,
        Codec::Gif,
        Codec::WebP,
        Codec::Bmp,
        Codec::Tiff,
        Codec::Pnm,
        Codec::Qoi,
        Codec::Tga,
    ];
    let mut files: Vec<_> = codecs
        .iter()
        .map(|codec| encoded(drawn.clone(), *codec))
        .collect();
    files.push(encoded(
        image::DynamicImage::from(drawn.clone()).into_rgba8(),
        Codec::Ico,
    ));
    files.push(jpeg(&drawn, |encoder| encoder.set_progressive(true)));
    files.push(avif(&drawn));
    files
}

#[test]
fn cut_files_are_broken_files() {
    for file in samples() {
        for part in [30, 60, 95] {
            let cut = &file[..file.len() * part / 100];
            let answer = refusal(cut);
            assert!(
                matches!(answer, ImageError::Corrupt(_)),
                "{part} % of {:?}: {answer}",
                &file[..8]
            );
        }
    }
}

#[test]
fn a_jpeg_without_its_last_byte_is_cut() {
    let file = encoded(colours(40, 30), Codec::Jpeg);
    assert_eq!(
        refusal(&file[..file.len() - 1]),
        ImageError::Corrupt("JPEG: ends early".into())
    );
}

#[test]
fn a_broken_scan_is_not_filled_with_grey() {
    let mut file = jpeg(&colours(200, 200), |_| {});
    let middle = file.len() / 2;
    // A marker that has no place in a scan.
    file[middle..middle + 2].copy_from_slice(b"\xFF\xF0");
    assert!(matches!(refusal(&file), ImageError::Corrupt(_)));
}

#[test]
fn png_header_that_lies() {
    let mut file = encoded(colours(4, 4), Codec::Png);
    let header = [
        &60_000_u32.to_be_bytes()[..],
        &60_000_u32.to_be_bytes(),
        &file[24..29],
    ]
    .concat();
    file.splice(8..33, png_chunk(b"IHDR", &header));
    assert_eq!(
        excess(&file),
        Excess {
            limit: Limit::Side,
            actual: 60_000,
            allowed: 32_767
        }
    );
}

#[test]
fn too_many_pixels() {
    let limits = Limits {
        max_pixels: 99,
        ..Limits::default()
    };
    for file in samples() {
        let expected = Excess {
            limit: Limit::Pixels,
            actual: 1200,
            allowed: 99,
        };
        assert_eq!(inspect(&file, &limits), Err(ImageError::TooLarge(expected)));
    }
}

#[test]
fn thousands_of_scans() {
    let file = jpeg(&colours(16, 16), |encoder| encoder.set_progressive(true));
    let scan = file
        .windows(2)
        .rposition(|pair| pair == b"\xFF\xDA")
        .unwrap();
    let end = file.len() - 2;
    let bomb = [&file[..end], &file[scan..end].repeat(5000), b"\xFF\xD9"].concat();
    assert_eq!(
        excess(&bomb),
        Excess {
            limit: Limit::Frames,
            actual: 1001,
            allowed: 1000
        }
    );
}

#[test]
fn scans_cost_by_the_pixel() {
    let file = jpeg(&colours(64, 64), |encoder| encoder.set_progressive(true));
    let scans = file.windows(2).filter(|pair| *pair == b"\xFF\xDA").count() as u64;
    let limits = |max_pixels| Limits {
        max_pixels,
        ..Limits::default()
    };
    assert!(scans < 16, "{scans}");
    assert!(decode(&file, &limits(64 * 64)).is_ok());
    let scan = file
        .windows(2)
        .rposition(|pair| pair == b"\xFF\xDA")
        .unwrap();
    let end = file.len() - 2;
    let more = [&file[..end], &file[scan..end].repeat(20), b"\xFF\xD9"].concat();
    let refusal = ImageError::TooLarge(Excess {
        limit: Limit::Frames,
        actual: scans + 20,
        allowed: 16,
    });
    assert_eq!(inspect(&more, &limits(64 * 64)), Err(refusal.clone()));
    assert_eq!(decode(&more, &limits(64 * 64)).err(), Some(refusal));
    assert!(inspect(&more, &limits(64 * 64 * 2)).is_ok());
}

#[test]
fn ten_thousand_frames() {
    let frame = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let screen = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF";
    let file = [screen.as_slice(), &frame.repeat(10_000), b";"].concat();
    assert_eq!(excess(&file).limit, Limit::Frames);
    let file = [screen.as_slice(), &frame.repeat(900), b";"].concat();
    assert_eq!(decode(&file, &Limits::default()).unwrap().info.frames, 900);
}

/// Pages that all point at the first one.
#[test]
fn endless_pages() {
    let mut file = encoded(colours(4, 4), Codec::Tiff);
    let first = u32::from_le_bytes(file[4..8].try_into().unwrap());
    let count = u16::from_le_bytes(file[first as usize..first as usize + 2].try_into().unwrap());
    let next = first as usize + 2 + usize::from(count) * 12;
    file[next..next + 4].copy_from_slice(&first.to_le_bytes());
    assert_eq!(excess(&file).limit, Limit::Frames);
}

/// 200 MB of text and of profile in 200 KB each.
#[test]
fn packed_chunks_are_not_unpacked() {
    let zeroes = zlib_of_zeroes(200 << 20);
    assert!(zeroes.len() < 2 << 20);
    for (name, keyword) in [
        (b"zTXt", &b"Comment\0\0"[..]),
        (b"iCCP", b"profile\0\0"),
        (b"iTXt", b"Comment\0\x01\0de\0Bemerkung\0"),
    ] {
        let bomb = png_chunk(name, &[keyword, &zeroes[..]].concat());
        let file = png_with(&encoded(colours(10, 10), Codec::Png), &[bomb]);
        assert_eq!(refusal(&file), too_much_metadata());
    }
}

fn too_much_metadata() -> ImageError {
    ImageError::Corrupt("PNG: its texts and profiles unpack to more than 16 MiB".into())
}

/// Many texts that are each within bounds.
#[test]
fn packed_chunks_are_counted_together() {
    let text = [&b"Comment\0\0"[..], &zlib_of_zeroes(1 << 20)].concat();
    let file = |texts| {
        let chunks = vec![png_chunk(b"zTXt", &text); texts];
        png_with(&encoded(colours(10, 10), Codec::Png), &chunks)
    };
    assert!(decode(&file(16), &Limits::default()).is_ok());
    assert_eq!(refusal(&file(17)), too_much_metadata());
}

/// Texts that are no zlib streams, and profiles that are no profiles.
#[test]
fn broken_packed_chunks_are_no_fault() {
    let text = png_chunk(b"zTXt", b"Comment\0\0nonsense");
    let file = png_with(&encoded(colours(10, 10), Codec::Png), &[text]);
    assert!(decode(&file, &Limits::default()).is_ok());
}

#[test]
fn what_is_no_picture_is_named() {
    for (bytes, name) in [
        (&b""[..], "empty file"),
        (b"Dear reader", "text"),
        (b"%PDF-1.4", "PDF document"),
    ] {
        assert_eq!(refusal(bytes), ImageError::UnsupportedFormat(name.into()));
    }
}

#[test]
fn broken_exif_is_no_fault() {
    let broken = [b"Exif\0\0MM\0*\0\0\0\x08\xFF\xFF".as_slice(), &[0xFF; 40]].concat();
    let file = jpeg(&colours(8, 8), |encoder| {
        encoder.add_app_segment(1, broken.clone()).unwrap()
    });
    assert_eq!(decode(&file, &Limits::default()).unwrap().info.exif, None);
}

/// How files of formats begin that are not written here.
const BEGINNINGS: [&[u8]; 4] = [
    b"\xFF\x0A",
    b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl \0\0\0\0jxlc\xFF\x0A",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\x01\0meta\0\0\0\0",
    b"\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\x01\0meta\0\0\0\0",
];

/// Keeps what a broken header may ask for small.
fn modest() -> Limits {
    Limits {
        max_pixels: 1 << 20,
        max_side: 1 << 14,
        ..Limits::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn noise_is_refused_and_never_panics(bytes in vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes, &modest());
    }

    #[test]
    fn noise_behind_a_signature_never_panics(bytes in vec(any::<u8>(), 0..400), kind in 0..12_usize, kept in 4..40_usize) {
        let mut file = samples().swap_remove(kind);
        file.truncate(kept);
        file.extend(bytes);
        let _ = decode(&file, &modest());
    }

    #[test]
    fn noise_behind_a_beginning_never_panics(bytes in vec(any::<u8>(), 0..400), kind in 0..BEGINNINGS.len()) {
        let _ = decode(&[BEGINNINGS[kind], &bytes].concat(), &modest());
    }

    #[test]
    fn flipped_bits_never_panic(kind in 0..12_usize, flips in vec((any::<prop::sample::Index>(), 0..8_u8), 1..12)) {
        let mut file = samples().swap_remove(kind);
        for (place, bit) in flips {
            let place = place.index(file.len());
            file[place] ^= 1 << bit;
        }
        let _ = decode(&file, &modest());
    }
}
