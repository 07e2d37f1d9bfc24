//! The conformance runner for Rust: `vismatch-example-host COMPONENT GOLDEN [PICTURE]`; see `../README.md`. The
//! example itself is [`imaging`].

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wasmtime::error::Context as _;
use wasmtime::{Result, format_err};

use imaging::{Algorithm, Dimensions, LIMITS, RenditionSize, RenditionSpec, Vismatch};

mod imaging;

const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [component, golden, picture @ ..] = &arguments[..] else {
        return Err(format_err!(
            "usage: vismatch-example-host COMPONENT GOLDEN [PICTURE]"
        ));
    };
    let vismatch = Vismatch::load(component)?;
    let golden = Path::new(golden);
    let entries: Vec<Value> = serde_json::from_slice(&fs::read(golden.join("golden.json"))?)?;
    let (mut compared, mut different) = (0, Vec::new());
    for entry in &entries {
        for (what, expected, found) in compare(&vismatch, golden, entry)? {
            compared += 1;
            if expected != found {
                let picture = &entry["picture"];
                different.push(format!(
                    "{picture}, {what}: {expected} expected, {found} found"
                ));
            }
        }
    }
    let mut report = json!({
        "host": "Rust, wasmtime",
        "compared": compared,
        "different": different,
        "refused": refused(&vismatch)?,
    });
    if let [picture] = picture {
        report["milliseconds"] = measured(&vismatch, &fs::read(picture)?)?.into();
    }
    println!("{report}");
    Ok(())
}

/// What is compared of a picture: its name, what is expected, what is found.
fn compare(
    vismatch: &Vismatch,
    golden: &Path,
    entry: &Value,
) -> Result<Vec<(String, Value, Value)>> {
    let picture = fs::read(golden.join("pictures").join(text(&entry["picture"])?))?;
    let fingerprints = entry["fingerprints"]
        .as_array()
        .context("no fingerprints")?;
    let algorithms: Vec<_> = fingerprints.iter().map(algorithm).collect::<Result<_>>()?;
    let renditions = entry["renditions"].as_array().context("no renditions")?;
    let specs: Vec<_> = renditions.iter().map(spec).collect::<Result<_>>()?;

    let (mut store, imaging) = vismatch.instance()?;
    let hashing = imaging.vismatch_pipeline_hashing();
    let hashed = hashing.call_hash(&mut store, &picture, &algorithms, LIMITS)??;
    let rendering = imaging.vismatch_pipeline_rendering();
    let rendered = rendering.call_render(&mut store, &picture, &specs, LIMITS)??;

    let bits = fingerprints.iter().zip(hashed).map(|(expected, found)| {
        let what = expected["algorithm"].to_string();
        (
            what,
            expected["bits"].clone(),
            hex::encode(found.bits).into(),
        )
    });
    let jpegs = renditions.iter().zip(rendered).map(|(expected, found)| {
        let facts = |of: &Value| json!([of["width"], of["height"], of["sha256"]]);
        let digest = hex::encode(Sha256::digest(&found.jpeg));
        let found = json!([found.size.width, found.size.height, digest]);
        (expected["size"].to_string(), facts(expected), found)
    });
    Ok(bits.chain(jpegs).collect())
}

fn algorithm(fingerprint: &Value) -> Result<Algorithm> {
    Ok(match text(&fingerprint["algorithm"])? {
        "phash" => Algorithm::Phash,
        "dhash" => Algorithm::Dhash,
        "dhash128" => Algorithm::Dhash128,
        "ahash" => Algorithm::Ahash,
        "blockhash" => Algorithm::Blockhash,
        "pdq" => Algorithm::Pdq,
        "core" => Algorithm::Core,
        "bare" => Algorithm::Bare,
        other => return Err(format_err!("no algorithm {other}")),
    })
}

fn spec(rendition: &Value) -> Result<RenditionSpec> {
    let side = |at: usize| rendition["within"][at].as_u64().unwrap_or_default() as u32;
    let size = Dimensions {
        width: side(0),
        height: side(1),
    };
    let size = match text(&rendition["size"])? {
        "original" => RenditionSize::Original,
        "fit" => RenditionSize::Fit(size),
        _ => RenditionSize::Cover(size),
    };
    let quality = rendition["quality"].as_u64().context("no quality")? as u8;
    Ok(RenditionSpec { size, quality })
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("no text")
}

/// The case of the error that bytes get which are no picture.
fn refused(vismatch: &Vismatch) -> Result<Option<&'static str>> {
    use imaging::exports::vismatch::pipeline::types::ImageError;
    let (mut store, imaging) = vismatch.instance()?;
    let hashing = imaging.vismatch_pipeline_hashing();
    let answer = hashing.call_hash(&mut store, b"no picture", &[Algorithm::Phash], LIMITS)?;
    Ok(match answer {
        Err(ImageError::UnsupportedFormat(_)) => Some("unsupported-format"),
        Err(_) => Some("another"),
        Ok(_) => None,
    })
}

/// The shortest of some calls, each in an instance of its own, in milliseconds.
fn measured(vismatch: &Vismatch, picture: &[u8]) -> Result<f64> {
    let mut shortest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let (mut store, imaging) = vismatch.instance()?;
        let hashing = imaging.vismatch_pipeline_hashing();
        hashing.call_hash(&mut store, picture, &[Algorithm::Phash], LIMITS)??;
        shortest = shortest.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(shortest)
}
