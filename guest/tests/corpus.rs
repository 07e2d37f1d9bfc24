//! Feeds a folder of hostile, broken and odd pictures to the decoder and holds every answer to what
//! the folder's manifest expects. The folder lies beside the repository; without it the test says so.

#![cfg(feature = "codecs")]

use std::collections::BTreeMap;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;
use vismatch_pipeline::decode::{decode, inspect, rows};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::hash::{LumaPlane, plane_of};
use vismatch_pipeline::limits::Limits;

/// Longer than any of these small files may take, even without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);

/// Files that are judged otherwise than the manifest does, and why.
const OTHERWISE: [(&str, Expected, &str); 0] = [];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Decode,
    Reject,
    Either,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    class: String,
    expect: Expected,
}

fn shared_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: the test pictures are not there ({})",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

fn expected(entry: &Entry) -> Expected {
    let exception = OTHERWISE.iter().find(|(file, ..)| *file == entry.file);
    exception.map_or(entry.expect, |(_, expected, _)| *expected)
}

/// The answer in one line; a panic is an answer of its own.
fn answer(bytes: &[u8]) -> Result<String, String> {
    let limits = Limits::default();
    let outcome = catch_unwind(|| (inspect(bytes, &limits), decode(bytes, &limits)));
    let Ok((info, picture)) = outcome else {
        return Err("PANIC".into());
    };
    match picture {
        Ok(picture) => {
            assert_eq!(
                info.as_ref(),
                Ok(&picture.info),
                "inspect and decode disagree"
            );
            let size = picture.info.size;
            assert_eq!(
                (picture.pixels.width(), picture.pixels.height()),
                (size.width, size.height)
            );
            Ok(format!(
                "{} {}x{}",
                picture.info.format.name(),
                size.width,
                size.height
            ))
        }
        Err(ImageError::Internal(text)) => Err(format!("PANIC internal fault: {text}")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn every_bad_picture_is_judged_as_expected() {
    let Some(folder) = shared_data() else { return };
    let manifest = fs::read(folder.join("bad/MANIFEST.json")).unwrap();
    let entries: Vec<Entry> = serde_json::from_slice(&manifest).unwrap();
    let mut wrong = Vec::new();
    let mut tally = BTreeMap::<_, (u32, u32)>::new();
    for entry in &entries {
        let bytes = fs::read(folder.join("bad").join(&entry.file)).unwrap();
        let start = Instant::now();
        let answer = answer(&bytes);
        let took = start.elapsed();
        println!(
            "{:7.1} ms  {:<60} {answer:?}",
            took.as_secs_f64() * 1e3,
            entry.file
        );
        let counts = tally.entry(entry.class.as_str()).or_default();
        *(if answer.is_ok() {
            &mut counts.0
        } else {
            &mut counts.1
        }) += 1;
        let unexpected = match expected(entry) {
            Expected::Decode => answer.is_err(),
            Expected::Reject => answer.is_ok(),
            Expected::Either => false,
        };
        let panicked = answer.as_ref().is_err_and(|text| text.starts_with("PANIC"));
        if unexpected || panicked || took > PATIENCE {
            wrong.push(format!(
                "{} (expected {:?}, {took:?}): {answer:?}",
                entry.file, entry.expect
            ));
        }
    }
    println!("class: (decoded, refused) {tally:?}");
    assert!(
        entries.len() > 300,
        "the manifest lists {} files",
        entries.len()
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// JPEGs have their own rule: see the test `reduced`.
#[test]
fn what_cannot_be_decoded_cannot_be_hashed() {
    let Some(folder) = shared_data() else { return };
    let limits = Limits::default();
    let mut streamed = 0;
    for entry in fs::read_dir(folder.join("bad")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        if bytes.starts_with(b"\xFF\xD8") {
            continue;
        }
        let whole = decode(&bytes, &limits).and_then(|picture| {
            let plane = LumaPlane::new(&picture.pixels)?;
            Ok((picture.info, plane))
        });
        streamed += u32::from(rows(&bytes, &limits).is_ok_and(|rows| rows.is_some()));
        assert_eq!(plane_of(&bytes, None, &limits), whole, "{}", path.display());
    }
    println!("{streamed} of them row by row");
    assert!(streamed > 10);
}

#[test]
fn every_photo_is_decoded() {
    let Some(folder) = shared_data() else { return };
    let mut pixels = 0;
    let mut took = Duration::ZERO;
    for entry in fs::read_dir(folder.join("photos")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let start = Instant::now();
        let picture = decode(&bytes, &Limits::default())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        took += start.elapsed();
        pixels += u64::from(picture.info.size.width) * u64::from(picture.info.size.height);
    }
    println!("{} megapixels in {took:?}", pixels / 1_000_000);
    assert!(pixels > 0);
}

/// One picture stored in eight ways.
#[test]
fn the_eight_orientations_show_the_same_picture() {
    let Some(folder) = shared_data() else { return };
    let upright = fs::read(folder.join("bad/gen_exif1.jpg")).unwrap();
    let upright = decode(&upright, &Limits::default()).unwrap().pixels;
    for orientation in 2..=8 {
        let bytes = fs::read(folder.join(format!("bad/gen_exif{orientation}.jpg"))).unwrap();
        let picture = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!(picture.info.orientation.to_exif(), orientation);
        let differences = upright
            .as_bytes()
            .iter()
            .zip(picture.pixels.as_bytes())
            .map(|(a, b)| u64::from(a.abs_diff(*b)));
        let mean = differences.sum::<u64>() as f64 / upright.as_bytes().len() as f64;
        assert!(
            mean < 3.0,
            "orientation {orientation}: mean difference {mean}"
        );
    }
}

/// The same picture in several formats, the lossy ones within what they lose.
#[test]
fn formats_agree_on_one_picture() {
    let Some(folder) = shared_data() else { return };
    let read = |file: &str| {
        let bytes = fs::read(folder.join("bad").join(file)).unwrap();
        decode(&bytes, &Limits::default())
            .unwrap()
            .pixels
            .into_rgb8()
            .into_raw()
    };
    let reference = read("gen.bmp");
    for (file, tolerance) in [
        ("gen.tiff", 0.0),
        ("gen.ppm", 0.0),
        ("gen.tga", 0.0),
        ("gen.avif", 6.0),
    ] {
        let samples = read(file);
        assert_eq!(samples.len(), reference.len());
        let differences = reference
            .iter()
            .zip(&samples)
            .map(|(a, b)| u64::from(a.abs_diff(*b)));
        let mean = differences.sum::<u64>() as f64 / reference.len() as f64;
        println!("{file}: mean difference {mean:.2}");
        assert!(mean <= tolerance, "{file}: mean difference {mean}");
    }
}
