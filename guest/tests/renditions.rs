//! Renditions of JPEGs without decoding all pixels look like those made of all pixels.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::time::Instant;

use image::GrayImage;
use image::imageops::FilterType;
use vismatch_pipeline::decode::{Least, decode, inspect, planes};
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::render::render;
use vismatch_pipeline::rendition::{RenditionSize, RenditionSpec};

mod coded;

use coded::{Coding, PLAIN, codings, drawn, encoded, jpegs, luma, reduced, square};

fn fit(side: u32, quality: u8) -> RenditionSpec {
    RenditionSpec {
        size: RenditionSize::Fit(square(side)),
        quality,
    }
}

/// What is made of an upload.
fn upload() -> [RenditionSpec; 4] {
    let cover = RenditionSize::Cover(square(50));
    let original = RenditionSize::Original;
    [
        RenditionSpec {
            size: original,
            quality: 90,
        },
        fit(1600, 85),
        fit(400, 85),
        RenditionSpec {
            size: cover,
            quality: 85,
        },
    ]
}

/// Structural similarity: Wang, Bovik, Sheikh and Simoncelli 2004, on luma in windows of 8 by 8.
fn ssim(a: &GrayImage, b: &GrayImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let (width, height) = a.dimensions();
    let side = 8.min(width).min(height);
    let (mut sum, mut count) = (0.0, 0.0);
    for top in (0..=height - side).step_by(4) {
        for left in (0..=width - side).step_by(4) {
            let places = (0..side).flat_map(|y| (0..side).map(move |x| (left + x, top + y)));
            let (mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (x, y) in places {
                let (a, b) = (
                    f64::from(a.get_pixel(x, y).0[0]),
                    f64::from(b.get_pixel(x, y).0[0]),
                );
                (sa, sb, saa, sbb, sab) = (sa + a, sb + b, saa + a * a, sbb + b * b, sab + a * b);
            }
            let n = f64::from(side * side);
            let (ma, mb) = (sa / n, sb / n);
            let (va, vb, cov) = (saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb);
            let (c1, c2) = (6.5025, 58.5225);
            sum += (2.0 * ma * mb + c1) * (2.0 * cov + c2)
                / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            count += 1.0;
        }
    }
    sum / count
}

/// Renditions of all pixels, by another library: Lanczos3 in RGB. As good as JPEG gets, so that it is the
/// scaling that is compared.
fn from_all_pixels(jpeg: &[u8], size: Dimensions) -> GrayImage {
    let pixels = decode(jpeg, &Limits::default()).unwrap().pixels;
    let scaled = pixels.resize_exact(size.width, size.height, FilterType::Lanczos3);
    luma(&encoded(
        &scaled.into_rgb8().into(),
        Coding {
            quality: 100,
            ..PLAIN
        },
    ))
}

#[test]
fn drawn_renditions_look_like_those_of_all_pixels() {
    // The full decoder misplaces blocks of components that are smaller and come alone.
    for coding in codings().into_iter().filter(|coding| !coding.optimised) {
        let jpeg = encoded(&drawn(900, 660).into(), coding);
        for side in [700, 451, 449, 300, 200, 100] {
            let rendition = render(&jpeg, &[fit(side, 100)], &Limits::default())
                .unwrap()
                .remove(0);
            let similarity = ssim(
                &luma(&rendition.jpeg),
                &from_all_pixels(&jpeg, rendition.size),
            );
            assert!(similarity > 0.98, "{coding:?} {side}: {similarity}");
        }
    }
}

#[test]
fn renditions_of_photos_look_like_those_of_all_pixels() {
    let mut least: f64 = 1.0;
    for (path, jpeg) in jpegs("photos") {
        // The picture to compare with is not converted.
        if inspect(&jpeg, &Limits::default())
            .unwrap()
            .has_colour_profile
        {
            continue;
        }
        let renditions = render(
            &jpeg,
            &[1600, 400].map(|side| fit(side, 100)),
            &Limits::default(),
        )
        .unwrap();
        let similarities = renditions.iter().map(|rendition| {
            ssim(
                &luma(&rendition.jpeg),
                &from_all_pixels(&jpeg, rendition.size),
            )
        });
        let similarities: Vec<f64> = similarities.collect();
        println!("{similarities:.4?} {}", path.display());
        least = similarities.into_iter().fold(least, f64::min);
    }
    assert!(least >= 0.98, "{least}");
}

#[test]
fn original_chroma_is_not_blown_up() {
    let jpeg = encoded(&drawn(64, 48).into(), PLAIN);
    let rendition = render(&jpeg, &[fit(64, 100)], &Limits::default())
        .unwrap()
        .remove(0);
    let planes = reduced(&rendition.jpeg, 8).unwrap();
    assert_eq!(
        planes.chroma.unwrap()[0].most().samples.dimensions(),
        (32, 24)
    );
}

/// What the full decoder refuses is refused.
#[test]
fn broken_files_make_no_renditions() {
    let limits = Limits::default();
    let mut wrong = Vec::new();
    let (mut refused, mut made, mut by_planes) = (0, 0, 0);
    for (path, bytes) in jpegs("bad") {
        let full = decode(&bytes, &limits);
        let ours = render(&bytes, &[fit(20, 85)], &limits);
        let has_planes = |side| {
            planes(&bytes, &limits, |_| Least {
                luma: square(side),
                chroma: square(side),
            })
        };
        match (&full, &ours) {
            (Err(_), Ok(_)) => wrong.push(format!("taken: {} {full:?}", path.display())),
            (Ok(_), Err(error)) => wrong.push(format!("refused: {} {error}", path.display())),
            (Err(theirs), Err(ours)) if theirs != ours => {
                wrong.push(format!("{}: {theirs} {ours}", path.display()));
            }
            (Err(_), _) => refused += 1,
            _ => made += 1,
        }
        by_planes += u32::from(has_planes(1).is_ok_and(|planes| planes.is_some()));
        assert_eq!(
            has_planes(1).map(|planes| planes.is_some()),
            has_planes(60_000).map(|planes| planes.is_some()),
            "{}",
            path.display()
        );
    }
    println!("{refused} refused, {made} made, {by_planes} of them from planes");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A name, and what is measured.
type Step<'a> = (&'a str, &'a dyn Fn(&[u8]));

/// `cargo test -p vismatch-pipeline --test renditions -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn milliseconds_for_a_megapixel() {
    let limits = Limits::default();
    let files = jpegs("photos");
    let steps: [Step<'_>; 6] = [
        ("full decoder", &|jpeg| {
            decode(jpeg, &limits).unwrap();
        }),
        ("planes, whole", &|jpeg| {
            reduced(jpeg, 8);
        }),
        ("planes, 1/8", &|jpeg| {
            let least = |_: &_| Least {
                luma: square(1),
                chroma: square(1),
            };
            planes(jpeg, &limits, least).unwrap();
        }),
        ("fit 1600", &|jpeg| {
            render(jpeg, &[fit(1600, 85)], &limits).unwrap();
        }),
        ("own size", &|jpeg| {
            render(jpeg, &[fit(32_000, 85)], &limits).unwrap();
        }),
        ("upload", &|jpeg| {
            render(jpeg, &upload(), &limits).unwrap();
        }),
    ];
    println!(
        "{:8} {:>6} {}",
        "",
        "MP",
        steps.map(|(name, _)| format!("{name:>16}")).concat()
    );
    let mut totals = [(0.0, [0.0; 6]); 4];
    for (path, jpeg) in &files {
        let size = inspect(jpeg, &limits).unwrap().size;
        let pixels = f64::from(size.width) * f64::from(size.height) / 1e6;
        let took = steps.map(|(_, step)| {
            let once = || {
                let start = Instant::now();
                step(jpeg);
                start.elapsed().as_secs_f64() * 1e3
            };
            (0..5).map(|_| once()).fold(f64::MAX, f64::min)
        });
        let class = if pixels < 1.0 {
            0
        } else if pixels < 6.0 {
            1
        } else {
            2
        };
        for total in [class, 3] {
            totals[total].0 += pixels;
            (0..6).for_each(|at| totals[total].1[at] += took[at]);
        }
        print(&took, pixels, &path.file_name().unwrap().to_string_lossy());
    }
    for ((pixels, took), name) in totals
        .iter()
        .zip(["below 1 MP", "1 to 6 MP", "from 6 MP", "all"])
    {
        print(took, *pixels, name);
    }
}

fn print(took: &[f64; 6], pixels: f64, name: &str) {
    let figures = took.map(|took| format!("{:16.2}", took / pixels)).concat();
    println!("{:8} {pixels:6.1} {figures} {name}", "");
}
