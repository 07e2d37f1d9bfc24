//! What reading less of a file costs in quality: fingerprints against those of the fully decoded picture,
//! renditions against Lanczos3 from the fully decoded picture.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use image::DynamicImage;
use image::imageops::FilterType;
use vismatch::domain::{Algorithm, Limits, RenditionKind, RenditionSize, RenditionSpec};
use vismatch_pipeline::{decode, hash, render};
use vismatch_tests::bench::comparison::{Bars, line};
use vismatch_tests::bench::ssim::ssim;
use vismatch_tests::bench::{Options, photos};

const SCALED: [RenditionKind; 3] = [
    RenditionKind::Medium,
    RenditionKind::Thumb,
    RenditionKind::Game,
];

/// Quality 100 tells the scaling alone, the other what a server hands out.
const QUALITIES: [u8; 2] = [100, vismatch_native::QUALITY];

fn main() {
    let options = Options::parse();
    let Some(data) = photos::shared_data() else {
        return;
    };
    let files = |folder: &str| -> Vec<PathBuf> {
        let all = photos::jpegs(&data.join(folder));
        let most = options.at_most(all.len());
        all.into_iter().take(most).collect()
    };
    let mut bars = Bars::default();
    let mut text = String::from("### Quality of what is made without decoding everything\n\n");
    text += "Bits that differ from the fingerprint of the fully decoded picture.\n\n";
    text +=
        "| JPEG files | algorithm | bits | median | 99 % | most |\n|---|---|---:|---:|---:|---:|\n";
    for folder in ["photos", "neardup"] {
        fingerprints(folder, &files(folder), &mut text, &mut bars);
    }
    text += "\nSSIM with Lanczos3 of the `image` crate from the full picture: the rendition's, and that of \
             the same Lanczos3 picture encoded at the same quality.\n\n\
             | rendition | JPEG quality | pictures | rendition, least / median | reference, least / median |\n\
             |---|---:|---:|---:|---:|\n";
    renditions(&files("photos"), &mut text, &mut bars);
    options.publish("quality", &(text + &bars.table()));
}

/// A line for each algorithm.
fn fingerprints(folder: &str, files: &[PathBuf], text: &mut String, bars: &mut Bars) {
    let mut distances = Algorithm::ALL.map(|_| Vec::new());
    for file in files {
        let bytes = fs::read(file).unwrap();
        let own = hash::hash(&bytes, &Algorithm::ALL, &Limits::default()).unwrap();
        let picture = decode::decode(&bytes, &Limits::default()).unwrap();
        let plane = hash::LumaPlane::new(&picture.pixels).unwrap();
        let full = hash::fingerprints_of(&plane, &Algorithm::ALL);
        for (at, (own, full)) in own.iter().zip(&full).enumerate() {
            distances[at].push(own.distance(full).unwrap());
        }
    }
    for (algorithm, mut distances) in Algorithm::ALL.into_iter().zip(distances) {
        distances.sort_unstable();
        let [median, most_of_them, most] = [0.5, 0.99, 1.0].map(|share| at(&distances, share));
        let (name, bits) = (algorithm.name(), algorithm.bits().to_string());
        let cells = [median, most_of_them, most].map(|bits| bits.to_string());
        let which = format!("{} of {folder}", files.len());
        line(
            text,
            &[&which, name, &bits, &cells[0], &cells[1], &cells[2]],
        );
        if algorithm == Algorithm::Phash {
            let figures = [
                ("median", median, 0.0),
                ("99 %", most_of_them, 2.0),
                ("most", most, 4.0),
            ];
            for (what, bits, bar) in figures {
                let what = format!("phash bits of {folder}, {what}");
                bars.at_most(&what, Some(f64::from(bits)), bar);
            }
        }
    }
}

/// The value that a share of sorted values does not pass.
fn at<T: Copy>(sorted: &[T], share: f64) -> T {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}

/// A line for each rendition and quality. Only what the scaling does has a bar: what quality 85 costs, it
/// costs the reference as well.
fn renditions(files: &[PathBuf], text: &mut String, bars: &mut Bars) {
    for quality in QUALITIES {
        let mut found = SCALED.map(|_| Vec::new());
        for file in files {
            let likenesses = likenesses(&without_profile(&fs::read(file).unwrap()), quality);
            for (values, value) in found.iter_mut().zip(likenesses) {
                values.extend(value);
            }
        }
        for (kind, values) in SCALED.iter().zip(found) {
            let (name, count) = (kind.name(), values.len());
            let [own, reference] = [0, 1].map(|which| sorted(&values, which));
            if let (Some(least), 100) = (own.first(), quality) {
                bars.at_least(&format!("{name}, least SSIM"), Some(*least), 0.98);
            }
            let shown = |values: &[f64]| match values.is_empty() {
                true => "-".into(),
                false => format!("{:.4} / {:.4}", at(values, 0.0), at(values, 0.5)),
            };
            let cells = [
                quality.to_string(),
                count.to_string(),
                shown(&own),
                shown(&reference),
            ];
            line(text, &[name, &cells[0], &cells[1], &cells[2], &cells[3]]);
        }
    }
}

fn sorted(pairs: &[[f64; 2]], which: usize) -> Vec<f64> {
    let mut values: Vec<f64> = pairs.iter().map(|pair| pair[which]).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// SSIM of each rendition with its reference, and of the encoded reference with itself; none for a
/// picture that is not made smaller.
fn likenesses(bytes: &[u8], quality: u8) -> [Option<[f64; 2]>; SCALED.len()] {
    let picture = decode::decode(bytes, &Limits::default()).unwrap();
    let specs = SCALED.map(|kind| kind.spec(quality));
    let made = render::render(bytes, &specs, &Limits::default()).unwrap();
    std::array::from_fn(|at| {
        let reference = reference(&picture.pixels, specs[at])?;
        let luma = |jpeg: &[u8]| image::load_from_memory(jpeg).unwrap().to_luma8();
        let files = [made[at].jpeg.clone(), encoded(&reference, quality)];
        Some(files.map(|jpeg| ssim(&luma(&jpeg), &reference.to_luma8())))
    })
}

/// What a rendition should look like; none when the picture is not larger than it.
fn reference(picture: &DynamicImage, spec: RenditionSpec) -> Option<DynamicImage> {
    let (width, height) = (picture.width(), picture.height());
    match spec.size {
        RenditionSize::Original => None,
        RenditionSize::Fit(bounds) => {
            let is_smaller = width <= bounds.width && height <= bounds.height;
            (!is_smaller).then(|| picture.resize(bounds.width, bounds.height, FilterType::Lanczos3))
        }
        RenditionSize::Cover(target) => {
            let side = width.min(height);
            let middle = picture.crop_imm((width - side) / 2, (height - side) / 2, side, side);
            Some(middle.resize_exact(target.width, target.height, FilterType::Lanczos3))
        }
    }
}

fn encoded(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    jpeg_encoder::Encoder::new(&mut jpeg, quality)
        .encode(
            &picture.to_rgb8(),
            width,
            height,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    jpeg
}

/// A JPEG without its colour profile (segments APP2), so that no colours are converted, which the
/// reference does not do.
fn without_profile(jpeg: &[u8]) -> Vec<u8> {
    let (mut kept, mut rest) = jpeg.split_at(2);
    let mut plain = kept.to_vec();
    while let [0xFF, marker, high, low, ..] = *rest {
        let length = 2 + usize::from(u16::from_be_bytes([high, low]));
        (kept, rest) = rest.split_at(length);
        if marker != 0xE2 {
            plain.extend_from_slice(kept);
        }
        if marker == 0xDA {
            break;
        }
    }
    plain.extend_from_slice(rest);
    plain
}
