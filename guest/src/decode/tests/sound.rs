//! Sound files show the picture that was put in.

use image::{DynamicImage, ImageBuffer, ImageFormat as Codec, LumaA, Rgb, RgbImage, Rgba};
use jpeg_encoder::SamplingFactor;

use super::drawn::{avif, colours, encoded, greys, jpeg, png_chunk, png_with};
use crate::decode::{Picture, decode, inspect};
use crate::info::{Dimensions, ImageFormat, Orientation};
use crate::limits::Limits;

fn decoded(bytes: &[u8]) -> Picture {
    let picture = decode(bytes, &Limits::default()).unwrap();
    assert_eq!(
        inspect(bytes, &Limits::default()).as_ref(),
        Ok(&picture.info)
    );
    picture
}

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum::<f64>()
        / a.len() as f64
}

#[test]
fn lossless_formats_are_exact() {
    let formats = [
        (Codec::Png, ImageFormat::Png),
        (Codec::Bmp, ImageFormat::Bmp),
        (Codec::Tiff, ImageFormat::Tiff),
        (Codec::Pnm, ImageFormat::Pnm),
        (Codec::Qoi, ImageFormat::Qoi),
        (Codec::Tga, ImageFormat::Tga),
        (Codec::WebP, ImageFormat::WebP),
    ];
    let drawn = colours(61, 37);
    for (codec, format) in formats {
        let picture = decoded(&encoded(drawn.clone(), codec));
        assert_eq!(picture.info.format, format);
        assert_eq!(
            picture.info.size,
            Dimensions {
                width: 61,
                height: 37
            }
        );
        assert_eq!(picture.info.frames, 1);
        assert!(
            !picture.info.has_alpha && !picture.info.has_colour_profile,
            "{format:?}"
        );
        assert_eq!(
            picture.pixels,
            DynamicImage::from(drawn.clone()),
            "{format:?}"
        );
    }
}

#[test]
fn grey_stays_grey() {
    let drawn = greys(40, 30);
    for codec in [Codec::Png, Codec::Tiff, Codec::Pnm, Codec::Tga] {
        assert_eq!(
            decoded(&encoded(drawn.clone(), codec)).pixels,
            DynamicImage::from(drawn.clone()),
            "{codec:?}"
        );
    }
    let picture = decoded(&encoded(drawn.clone(), Codec::Jpeg));
    assert!(matches!(picture.pixels, DynamicImage::ImageLuma8(_)));
    assert!(mean_difference(picture.pixels.as_bytes(), &drawn) < 4.0);
}

#[test]
fn gif_shows_its_first_frame() {
    let picture = decoded(&encoded(colours(50, 40), Codec::Gif));
    assert_eq!(picture.info.format, ImageFormat::Gif);
    assert!(!picture.info.has_alpha);
    assert!(mean_difference(picture.pixels.as_bytes(), &colours(50, 40)) < 6.0);
}

#[test]
fn ico_shows_its_largest_entry() {
    let mut icon = vec![0, 0, 1, 0, 2, 0];
    let small = encoded(DynamicImage::from(colours(16, 16)).into_rgba8(), Codec::Png);
    let large = encoded(colours(48, 48), Codec::Png);
    let mut offset = 6 + 2 * 16;
    for (side, depth, file) in [(16, 32, &small), (48, 24, &large)] {
        icon.extend([side, side, 0, 0, 1, 0, depth, 0]);
        icon.extend((file.len() as u32).to_le_bytes());
        icon.extend((offset as u32).to_le_bytes());
        offset += file.len();
    }
    icon.extend([small, large].concat());
    let picture = decoded(&icon);
    assert_eq!(
        (picture.info.format, picture.info.frames),
        (ImageFormat::Ico, 2)
    );
    assert_eq!(picture.pixels, DynamicImage::from(colours(48, 48)));
}

#[test]
fn avif_shows_its_picture() {
    let picture = decoded(&avif(&colours(64, 48)));
    assert_eq!(picture.info.format, ImageFormat::Avif);
    assert!(mean_difference(picture.pixels.as_bytes(), &colours(64, 48)) < 8.0);
}

/// Narrow pictures end within a block, and within the second half of a subsampled one.
#[test]
fn jpeg_of_every_sampling_and_odd_sizes() {
    let samplings = [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_1,
        SamplingFactor::F_1_2,
        SamplingFactor::F_2_2,
        SamplingFactor::F_4_1,
    ];
    for sampling in samplings {
        for (width, height) in [(1, 1), (3, 40), (8, 300), (17, 9), (33, 47), (64, 64)] {
            for progressive in [false, true] {
                let drawn = colours(width, height);
                let file = jpeg(&drawn, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_progressive(progressive);
                    encoder.set_restart_interval(if width == 33 { 2 } else { 0 });
                });
                let picture = decoded(&file);
                // Colours of narrow pictures are averaged away; brightness is not.
                let (ours, theirs) = (
                    picture.pixels.into_luma8(),
                    DynamicImage::from(drawn).into_luma8(),
                );
                let difference = mean_difference(&ours, &theirs);
                assert!(
                    difference < 8.0,
                    "{sampling:?} {width}x{height} {progressive}: {difference}"
                );
            }
        }
    }
}

#[test]
fn jpeg_inks_become_rgb() {
    // Full cyan, half black: Adobe's files hold the inverse, others the amounts.
    let inks = [255, 0, 0, 128].repeat(16 * 16);
    let mut adobe = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut adobe, 100);
    encoder
        .encode(&inks, 16, 16, jpeg_encoder::ColorType::Cmyk)
        .unwrap();
    let marker = adobe
        .windows(7)
        .position(|part| part == b"\x00\x0EAdobe")
        .unwrap();
    for name in ["Adobe", "Other"] {
        adobe[marker + 2..marker + 7].copy_from_slice(name.as_bytes());
        let pixel = decoded(&adobe).pixels.into_rgb8()[(8, 8)].0;
        // The encoder writes amounts inverted and says so in the marker; without it they are taken as they are.
        let expected = if name == "Adobe" {
            [0, 127, 127]
        } else {
            [128, 0, 0]
        };
        assert!(
            mean_difference(&pixel, &expected) < 4.0,
            "{name}: {pixel:?}"
        );
    }
}

#[test]
fn transparency_is_laid_on_white() {
    let mut drawn = DynamicImage::from(colours(20, 20)).into_rgba8();
    drawn.put_pixel(0, 0, Rgba([9, 9, 9, 0]));
    drawn.put_pixel(1, 0, Rgba([0, 100, 200, 51]));
    for codec in [
        Codec::Png,
        Codec::WebP,
        Codec::Tiff,
        Codec::Qoi,
        Codec::Tga,
        Codec::Bmp,
        Codec::Ico,
    ] {
        let picture = decoded(&encoded(drawn.clone(), codec));
        assert!(picture.info.has_alpha, "{codec:?}");
        let pixels = picture.pixels.into_rgb8();
        assert_eq!(pixels[(0, 0)], Rgb([255, 255, 255]), "{codec:?}");
        assert_eq!(pixels[(1, 0)], Rgb([204, 224, 244]), "{codec:?}");
        assert_eq!(pixels[(19, 19)], colours(20, 20)[(19, 19)], "{codec:?}");
    }
    let grey = ImageBuffer::<LumaA<u8>, _>::from_raw(2, 1, vec![10, 255, 10, 0]).unwrap();
    assert_eq!(
        decoded(&encoded(grey, Codec::Png)).pixels.as_bytes(),
        [10, 255]
    );
}

#[test]
fn deep_samples_are_reduced() {
    let drawn = ImageBuffer::<Rgb<u16>, _>::from_fn(9, 9, |x, y| {
        Rgb([x as u16 * 257, y as u16 * 257, 0xFFFF])
    });
    let expected = RgbImage::from_fn(9, 9, |x, y| Rgb([x as u8, y as u8, 255]));
    for codec in [Codec::Png, Codec::Tiff, Codec::Pnm] {
        assert_eq!(
            decoded(&encoded(drawn.clone(), codec)).pixels,
            DynamicImage::from(expected.clone()),
            "{codec:?}"
        );
    }
    let float = ImageBuffer::<Rgb<f32>, _>::from_fn(3, 1, |x, _| Rgb([x as f32 / 2.0, -1.0, 9.0]));
    assert_eq!(
        decoded(&encoded(float, Codec::Tiff)).pixels.as_bytes(),
        [0, 0, 255, 128, 0, 255, 255, 0, 255]
    );
}

/// An EXIF block with nothing but an orientation.
fn orientation_block(orientation: u8) -> Vec<u8> {
    [
        b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0",
        &[orientation, 0, 0, 0, 0, 0, 0, 0][..],
    ]
    .concat()
}

#[test]
fn orientations_are_applied() {
    let upright = colours(32, 20);
    for (orientation, value) in Orientation::ALL.into_iter().zip(1..) {
        // What is stored is what the inverse makes of the upright picture.
        let mut stored = DynamicImage::from(upright.clone());
        let inverse = match value {
            6 => 8,
            8 => 6,
            other => other,
        };
        stored.apply_orientation(image::metadata::Orientation::from_exif(inverse).unwrap());
        let exif = orientation_block(value);

        let png = png_with(
            &encoded(stored.clone(), Codec::Png),
            &[png_chunk(b"eXIf", &exif)],
        );
        let picture = decoded(&png);
        assert_eq!(picture.info.orientation, orientation);
        assert_eq!(
            picture.info.size,
            Dimensions {
                width: 32,
                height: 20
            }
        );
        assert_eq!(
            picture.pixels,
            DynamicImage::from(upright.clone()),
            "{orientation:?}"
        );

        let segment = [b"Exif\0\0", &exif[..]].concat();
        let file = jpeg(&stored.into_rgb8(), |encoder| {
            encoder.add_app_segment(1, segment.clone()).unwrap()
        });
        let picture = decoded(&file);
        assert_eq!(picture.info.orientation, orientation);
        assert!(
            mean_difference(picture.pixels.as_bytes(), &upright) < 5.0,
            "{orientation:?}"
        );
    }
}

#[test]
fn profiles_other_than_srgb_are_kept() {
    let wide = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let file = jpeg(&colours(16, 16), |encoder| {
        encoder.add_icc_profile(&wide).unwrap()
    });
    let picture = decoded(&file);
    assert!(picture.info.has_colour_profile);
    assert_eq!(picture.colour_profile, Some(wide));

    let plain = moxcms::ColorProfile::new_srgb().encode().unwrap();
    let file = jpeg(&colours(16, 16), |encoder| {
        encoder.add_icc_profile(&plain).unwrap()
    });
    assert!(!decoded(&file).info.has_colour_profile);
}

#[test]
fn names_and_types_play_no_part_but_content_does() {
    for (codec, format) in [
        (Codec::Jpeg, ImageFormat::Jpeg),
        (Codec::Gif, ImageFormat::Gif),
    ] {
        assert_eq!(decoded(&encoded(colours(8, 8), codec)).info.format, format);
    }
}
