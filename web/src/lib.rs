#![doc = include_str!("../README.md")]

mod bank;
mod errors;
mod views;

use js_sys::{Array, Error, Object, Reflect, Uint8Array};
use vismatch_pipeline::decode;
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::rendition::{Plan, RenditionSize, RenditionSpec};
use vismatch_pipeline::{compare as comparing, process::process, render as rendering};
use wasm_bindgen::prelude::*;

use errors::thrown;

/// JPEG quality unless told otherwise.
const QUALITY: u32 = 85;

/// A panic is thrown with its message, in place of a trap that tells nothing. What threw it must not be
/// called again.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        wasm_bindgen::throw_str(&panic.to_string())
    }));
}

/// This build reads what the bytes are: false for a format of which only the full build has the decoder.
/// True for what is no picture at all: every build can say so.
#[wasm_bindgen]
pub fn reads(image: &Uint8Array) -> bool {
    // A view: the whole file is copied once, by who works on it.
    let head = image.subarray(0, decode::HEAD as u32).to_vec();
    decode::detect(&head).map_or(true, decode::reads)
}

/// The facts of an encoded picture, from its headers: `{format, media_type, width, height, ...}`.
#[wasm_bindgen]
pub fn info(image: &[u8]) -> Result<Object, Error> {
    let info = decode::inspect(image, &Limits::default()).map_err(thrown)?;
    Ok(views::info(&info))
}

/// Facts of an encoded picture, and its fingerprints by the algorithms of these names, in that order:
/// `{info, fingerprints: [{algorithm, version, bits, quality}], sketch, flatness}` with `bits` in hexadecimal digits,
/// the sketch, a few kilobytes, in base64, and the share of the picture that has its commonest level, 0 to 1.
#[wasm_bindgen]
pub fn fingerprint(image: &[u8], algorithms: Vec<String>) -> Result<Object, Error> {
    if algorithms.is_empty() {
        return Err(invalid("algorithms: at least one"));
    }
    let algorithms: Result<_, _> = algorithms.iter().map(|name| algorithm(name)).collect();
    let plan = Plan {
        algorithms: algorithms?,
        renditions: Vec::new(),
        luma_plane: false,
    };
    let outcome = process(image, &plan, &Limits::default()).map_err(thrown)?;
    let fingerprints: Array = outcome
        .fingerprints
        .iter()
        .map(views::fingerprint)
        .collect();
    Ok(views::object([
        ("info", views::info(&outcome.info).into()),
        ("fingerprints", fingerprints.into()),
        ("sketch", views::sketch(outcome.sketch.as_ref())),
        ("flatness", views::flatness(outcome.sketch.as_ref())),
    ]))
}

/// Two encoded pictures judged; `threshold` (0 to 64) replaces `phash`'s default radius.
#[wasm_bindgen]
pub fn compare(first: &[u8], second: &[u8], threshold: Option<u32>) -> Result<Object, Error> {
    let compared = comparing::compare(first, second, threshold, &Limits::default());
    Ok(views::comparison(&compared.map_err(thrown)?))
}

/// JPEGs of a picture: `[{width, height, jpeg}]`, one for each of
/// `{size: "original" | "fit" | "cover", width?, height?, quality?}`.
#[wasm_bindgen]
pub fn render(image: &[u8], specs: Vec<JsValue>) -> Result<Array, Error> {
    let specs: Result<Vec<_>, _> = specs.iter().map(spec).collect();
    let made = rendering::render(image, &specs?, &Limits::default()).map_err(thrown)?;
    Ok(made.iter().map(views::rendition).collect())
}

/// SHA-256 as hexadecimal digits, for pages that the browser's own is kept from.
#[wasm_bindgen]
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(bytes))
}

/// Holds this build to the golden vectors frozen in it; throws naming the first that differs.
#[cfg(feature = "rare-codecs")]
#[wasm_bindgen(js_name = selfTest)]
pub fn self_test() -> Result<(), Error> {
    vismatch_pipeline::self_test::run().map_err(|difference| Error::new(&difference))
}

fn algorithm(name: &str) -> Result<Algorithm, Error> {
    Algorithm::from_name(name).ok_or_else(|| invalid(&format!("algorithms: {name:?} is not known")))
}

fn spec(spec: &JsValue) -> Result<RenditionSpec, Error> {
    let size = field(spec, "size").as_string().unwrap_or_default();
    let size = match size.as_str() {
        "original" => RenditionSize::Original,
        "fit" => RenditionSize::Fit(dimensions(spec)?),
        "cover" => RenditionSize::Cover(dimensions(spec)?),
        _ => return Err(invalid("size: one of original, fit and cover")),
    };
    let quality = whole(spec, "quality", QUALITY)?;
    let quality = u8::try_from(quality).map_err(|_| invalid("quality: 1 to 100"))?;
    Ok(RenditionSpec { size, quality })
}

fn dimensions(spec: &JsValue) -> Result<Dimensions, Error> {
    Ok(Dimensions {
        width: whole(spec, "width", 0)?,
        height: whole(spec, "height", 0)?,
    })
}

/// A field that is a whole number, or the default where it is not there.
fn whole(spec: &JsValue, name: &str, default: u32) -> Result<u32, Error> {
    let value = field(spec, name);
    if value.is_undefined() {
        return Ok(default);
    }
    value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number))
        .map(|number| number as u32)
        .ok_or_else(|| invalid(&format!("{name}: a whole number")))
}

/// Undefined where the value is no object, too.
fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

fn invalid(text: &str) -> Error {
    thrown(ImageError::InvalidParameter(text.into()))
}
