#![doc = include_str!("../README.md")]

use js_sys::{Array, Error, Object, Reflect, Uint8Array};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::fingerprint::{Algorithm, Fingerprint};
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::rendition::{Rendition, RenditionSize, RenditionSpec};
use vismatch_pipeline::{hash as hashing, render as rendering};
use wasm_bindgen::prelude::*;

/// Fingerprints of an encoded picture by algorithms of these names, in that order: an array of
/// `{algorithm, version, bits, quality}` with `bits` a `Uint8Array`.
///
/// Throws an `Error` whose `name` is the case of the contract: `UnsupportedFormat`, `Corrupt`,
/// `TooLarge`, `InvalidParameter`, `Internal`.
#[wasm_bindgen]
pub fn hash(image: &[u8], algorithms: Vec<String>) -> Result<Array, Error> {
    let algorithms = algorithms
        .iter()
        .map(|name| algorithm(name))
        .collect::<Result<Vec<_>, _>>()
        .map_err(thrown)?;
    let fingerprints = hashing::hash(image, &algorithms, &Limits::default()).map_err(thrown)?;
    Ok(fingerprints.iter().map(fingerprint_view).collect())
}

/// The picture as JPEG: in its own size where `width` or `height` is 0, or as large as fits within
/// them, at a quality of 1 to 100: `{width, height, jpeg}`. Throws like `hash`.
#[wasm_bindgen]
pub fn render(image: &[u8], width: u32, height: u32, quality: u8) -> Result<Object, Error> {
    let size = match (width, height) {
        (0, _) | (_, 0) => RenditionSize::Original,
        _ => RenditionSize::Fit(Dimensions { width, height }),
    };
    let specs = [RenditionSpec { size, quality }];
    let mut made = rendering::render(image, &specs, &Limits::default()).map_err(thrown)?;
    made.pop()
        .map(|rendition| rendition_view(&rendition))
        .ok_or_else(|| thrown(ImageError::Internal("no rendition was made".into())))
}

/// Holds this build to the golden vectors frozen in it; throws naming the first that differs.
#[wasm_bindgen(js_name = selfTest)]
pub fn self_test() -> Result<(), Error> {
    vismatch_pipeline::self_test::run().map_err(|difference| Error::new(&difference))
}

fn algorithm(name: &str) -> Result<Algorithm, ImageError> {
    Algorithm::from_name(name)
        .ok_or_else(|| ImageError::InvalidParameter(format!("algorithm: {name:?} is not known")))
}

fn fingerprint_view(fingerprint: &Fingerprint) -> Object {
    object([
        ("algorithm", fingerprint.algorithm.name().into()),
        ("version", fingerprint.version.into()),
        ("bits", Uint8Array::from(fingerprint.bits.as_slice()).into()),
        ("quality", fingerprint.quality.into()),
    ])
}

fn rendition_view(rendition: &Rendition) -> Object {
    object([
        ("width", rendition.size.width.into()),
        ("height", rendition.size.height.into()),
        ("jpeg", Uint8Array::from(rendition.jpeg.as_slice()).into()),
    ])
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object that was just made cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object
}

fn thrown(error: ImageError) -> Error {
    let name = match error {
        ImageError::UnsupportedFormat(_) => "UnsupportedFormat",
        ImageError::Corrupt(_) => "Corrupt",
        ImageError::TooLarge(_) => "TooLarge",
        ImageError::InvalidParameter(_) => "InvalidParameter",
        ImageError::Internal(_) => "Internal",
    };
    let thrown = Error::new(&error.to_string());
    thrown.set_name(name);
    thrown
}
