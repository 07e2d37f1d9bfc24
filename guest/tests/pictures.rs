//! Pictures of the self-test through the whole library: what is told apart, what is kept of a JPEG,
//! what is refused.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use image::DynamicImage;
use vismatch_pipeline::compare::compare;
use vismatch_pipeline::comparison::Verdict;
use vismatch_pipeline::error::{ImageError, Limit};
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::hash::{hash, hash_orientations, luma_plane};
use vismatch_pipeline::info::{Dimensions, Orientation};
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::process::process;
use vismatch_pipeline::render::render;
use vismatch_pipeline::rendition::{Plan, Rendition, RenditionSize, RenditionSpec};
use vismatch_pipeline::self_test::{self, outcome};

fn picture(name: &str) -> Vec<u8> {
    self_test::pictures()
        .unwrap()
        .into_iter()
        .find(|drawn| drawn.name == name)
        .unwrap()
        .file
}

fn one(file: &[u8], size: RenditionSize, quality: u8) -> Result<Rendition, ImageError> {
    let limits = Limits::default();
    render(file, &[RenditionSpec { size, quality }], &limits).map(|mut made| made.remove(0))
}

/// A JPEG with an EXIF segment of one entry, the orientation, and a comment.
fn tagged(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let entry = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
    let tiff = [&b"II*\0\x08\0\0\0\x01\0"[..], &entry, &[0; 4]].concat();
    let content = [&b"Exif\0\0"[..], &tiff].concat();
    let segment = [
        &[0xFF, 0xE1],
        &(content.len() as u16 + 2).to_be_bytes()[..],
        &content,
    ]
    .concat();
    [&jpeg[..2], &segment, b"\xFF\xFE\0\x08secret", &jpeg[2..]].concat()
}

fn mean_difference(a: &DynamicImage, b: &DynamicImage) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let (a, b) = (a.to_rgb8(), b.to_rgb8());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}

#[test]
fn a_smaller_copy_is_the_same_picture_and_another_is_not() {
    let limits = Limits::default();
    let large = picture("landscape.jpg");
    let within = Dimensions {
        width: 160,
        height: 120,
    };
    let smaller = RenditionSpec {
        size: RenditionSize::Fit(within),
        quality: 60,
    };
    let small = render(&large, &[smaller], &limits).unwrap().remove(0).jpeg;
    let judged = compare(&large, &small, None, &limits).unwrap();
    assert_eq!(
        (judged.verdict, judged.orientation),
        (Verdict::SamePicture, Orientation::Upright),
        "{}",
        judged.reason
    );
    // The same scene drawn once more, with other grain.
    let again = compare(&large, &picture("landscape-small.jpg"), None, &limits).unwrap();
    assert_eq!(again.verdict, Verdict::Similar, "{}", again.reason);
    assert_eq!(
        compare(&large, &large, None, &limits).unwrap().verdict,
        Verdict::Exact
    );
    let stranger = compare(&large, &picture("shapes.webp"), None, &limits).unwrap();
    assert_eq!(stranger.verdict, Verdict::Different, "{}", stranger.reason);
}

#[test]
fn a_mirrored_copy_is_edited_and_its_orientation_is_told() {
    let landscape = picture("landscape.jpg");
    let mirrored = tagged(&landscape, Orientation::Mirrored.to_exif());
    let judged = compare(&landscape, &mirrored, None, &Limits::default()).unwrap();
    assert_eq!(
        (judged.verdict, judged.orientation),
        (Verdict::Edited, Orientation::Mirrored)
    );
    assert!(judged.reason.contains("mirrored"), "{}", judged.reason);
}

#[test]
fn the_threshold_decides() {
    let limits = Limits::default();
    let (a, b) = (picture("landscape.jpg"), picture("noise.bmp"));
    assert!(
        compare(&a, &b, Some(64), &limits)
            .unwrap()
            .verdict
            .is_duplicate()
    );
    assert!(
        !compare(&a, &b, Some(0), &limits)
            .unwrap()
            .verdict
            .is_duplicate()
    );
    assert!(matches!(
        compare(&a, &b, Some(65), &limits),
        Err(ImageError::InvalidParameter(_))
    ));
}

#[test]
fn an_upright_jpeg_keeps_its_data_and_loses_its_metadata() {
    let plain = picture("landscape.jpg");
    let original = one(
        &[&tagged(&plain, 1)[..], b"more after the end"].concat(),
        RenditionSize::Original,
        10,
    )
    .unwrap();
    assert_eq!(original.jpeg, plain);
}

#[test]
fn a_lying_jpeg_is_stood_up_without_metadata() {
    let plain = picture("landscape.jpg");
    for orientation in Orientation::ALL.into_iter().skip(1) {
        let original = one(
            &tagged(&plain, orientation.to_exif()),
            RenditionSize::Original,
            10,
        )
        .unwrap();
        let upright = image::load_from_memory(&plain).unwrap();
        let mut expected = upright.clone();
        expected.apply_orientation(
            image::metadata::Orientation::from_exif(orientation.to_exif()).unwrap(),
        );
        let shown = image::load_from_memory(&original.jpeg).unwrap();
        assert_eq!(
            original.size,
            Dimensions {
                width: expected.width(),
                height: expected.height()
            }
        );
        assert!(mean_difference(&shown, &expected) < 2.0, "{orientation:?}");
        assert!(!original.jpeg.windows(4).any(|bytes| bytes == b"Exif"));
    }
}

#[test]
fn quality_is_obeyed() {
    let made = |quality| {
        one(&picture("shapes.webp"), RenditionSize::Original, quality)
            .unwrap()
            .jpeg
            .len()
    };
    assert!(made(30) < made(80) && made(80) < made(100));
}

#[test]
fn transparency_is_white() {
    let drawn = one(&picture("transparent.png"), RenditionSize::Original, 95).unwrap();
    let bottom = image::load_from_memory(&drawn.jpeg).unwrap().to_rgb8();
    assert!(
        bottom
            .rows()
            .next_back()
            .unwrap()
            .all(|pixel| pixel.0.iter().all(|level| *level > 245))
    );
}

#[test]
fn one_decode_gives_what_the_single_functions_give() {
    let limits = Limits::default();
    for drawn in self_test::pictures().unwrap() {
        let outcome = outcome(&drawn.file).unwrap();
        assert_eq!(
            outcome.fingerprints,
            hash(&drawn.file, &Algorithm::ALL, &limits).unwrap()
        );
        assert_eq!(
            outcome.renditions,
            render(&drawn.file, &self_test::RENDITIONS, &limits).unwrap()
        );
    }
}

/// A JPEG is hashed from its blocks, also where its pixels are at hand, and in the way it lies.
#[test]
fn a_file_has_the_same_bits_on_every_path() {
    let limits = Limits::default();
    let landscape = picture("landscape.jpg");
    for orientation in Orientation::ALL {
        let file = tagged(&landscape, orientation.to_exif());
        let alone = hash(&file, &Algorithm::ALL, &limits).unwrap();
        let with_renditions = outcome(&file).unwrap();
        let plan = Plan {
            algorithms: Algorithm::ALL.into(),
            renditions: Vec::new(),
            luma_plane: true,
        };
        let without = process(&file, &plan, &limits).unwrap();
        let plane = luma_plane(&file, &limits).unwrap();
        assert_eq!(without.luma_plane.as_ref(), Some(&plane), "{orientation:?}");
        let original = RenditionSpec {
            size: RenditionSize::Original,
            quality: 80,
        };
        let plan = Plan {
            algorithms: Vec::new(),
            renditions: vec![original],
            luma_plane: true,
        };
        let with_plane = process(&file, &plan, &limits).unwrap();
        assert_eq!(with_plane.luma_plane, Some(plane), "{orientation:?}");
        assert_eq!(with_renditions.luma_plane, None);
        assert_eq!(alone, with_renditions.fingerprints, "{orientation:?}");
        assert_eq!(alone, without.fingerprints, "{orientation:?}");
        assert_eq!(with_renditions.info, without.info);
        // The plane that is laid by EXIF is the plane that is laid by us.
        let turned = hash_orientations(&landscape, Algorithm::Pdq, &limits).unwrap();
        let (_, turned) = &turned[orientation as usize];
        assert_eq!(turned, &alone[Algorithm::Pdq as usize], "{orientation:?}");
    }
}

#[test]
fn wrong_parameters_are_named() {
    let limits = Limits::default();
    let file = picture("tiny.ppm");
    let refused = |result: Result<Rendition, ImageError>| {
        matches!(result, Err(ImageError::InvalidParameter(_)))
    };
    let fit = |width, height| RenditionSize::Fit(Dimensions { width, height });
    assert!(
        refused(one(&file, fit(0, 10), 80))
            && refused(one(&file, fit(10, limits.max_side + 1), 80))
    );
    assert!(
        refused(one(&file, RenditionSize::Original, 0))
            && refused(one(&file, RenditionSize::Original, 101))
    );
    assert!(matches!(
        hash(&file, &[], &limits),
        Err(ImageError::InvalidParameter(_))
    ));
    let twice = Plan {
        algorithms: vec![Algorithm::Pdq, Algorithm::Pdq],
        renditions: vec![],
        luma_plane: false,
    };
    assert!(matches!(
        process(&file, &twice, &limits),
        Err(ImageError::InvalidParameter(_))
    ));
    assert!(process(&file, &Plan::default(), &limits).is_ok());
}

#[test]
fn a_broken_picture_of_two_is_named() {
    let limits = Limits::default();
    let sound = picture("tiny.ppm");
    let refused = |a: &[u8], b: &[u8]| compare(a, b, None, &limits).unwrap_err().to_string();
    assert!(refused(b"text", &sound).contains("first picture"));
    assert!(refused(&sound, b"text").contains("second picture"));
}

#[test]
fn an_enlargement_is_limited() {
    let limits = Limits {
        max_pixels: 10_000,
        ..Limits::default()
    };
    let cover = |side| {
        RenditionSize::Cover(Dimensions {
            width: side,
            height: side,
        })
    };
    let spec = |side| {
        [RenditionSpec {
            size: cover(side),
            quality: 80,
        }]
    };
    assert!(render(&picture("tiny.ppm"), &spec(100), &limits).is_ok());
    match render(&picture("tiny.ppm"), &spec(101), &limits) {
        Err(ImageError::TooLarge(excess)) => assert_eq!(excess.limit, Limit::Pixels),
        other => panic!("{other:?}"),
    }
}

/// Weights of exactly zero once made the resizer lose count of its columns here.
#[test]
fn a_few_pixels_of_a_line_cover_a_square() {
    let line = image::RgbImage::from_pixel(16, 1, image::Rgb([200, 100, 50]));
    let mut file = std::io::Cursor::new(Vec::new());
    line.write_to(&mut file, image::ImageFormat::Png).unwrap();
    let square = RenditionSize::Cover(Dimensions {
        width: 42,
        height: 41,
    });
    let made = one(&file.into_inner(), square, 95).unwrap();
    let shown = image::load_from_memory(&made.jpeg).unwrap().to_rgb8();
    assert!(shown.pixels().all(|pixel| pixel.0[0].abs_diff(200) < 4));
}

#[test]
fn output_is_limited() {
    let limits = Limits {
        max_output_bytes: 1000,
        ..Limits::default()
    };
    let spec = RenditionSpec {
        size: RenditionSize::Original,
        quality: 90,
    };
    for name in ["landscape.jpg", "shapes.webp"] {
        match render(&picture(name), &[spec], &limits) {
            Err(ImageError::TooLarge(excess)) => assert_eq!(excess.limit, Limit::OutputBytes),
            other => panic!("{name}: {other:?}"),
        }
    }
}
