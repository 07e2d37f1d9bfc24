//! The pipeline's words as plain JavaScript objects, with the field names of the server's JSON.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use js_sys::{Array, Object, Reflect, Uint8Array};
use vismatch_pipeline::comparison::{Comparison, Difference};
use vismatch_pipeline::fingerprint::Fingerprint;
use vismatch_pipeline::info::{Exif, ImageInfo, Location};
use vismatch_pipeline::rendition::Rendition;
use vismatch_pipeline::sketch::Sketch;
use wasm_bindgen::JsValue;

pub fn object<const N: usize>(fields: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a plain object that was just made cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object
}

pub fn info(info: &ImageInfo) -> Object {
    object([
        ("format", info.format.name().into()),
        ("media_type", info.format.media_type().into()),
        ("width", info.size.width.into()),
        ("height", info.size.height.into()),
        ("orientation", info.orientation.name().into()),
        ("frames", info.frames.into()),
        ("has_alpha", info.has_alpha.into()),
        ("has_colour_profile", info.has_colour_profile.into()),
        ("exif", or_null(info.exif.as_ref().map(exif))),
    ])
}

pub fn fingerprint(fingerprint: &Fingerprint) -> Object {
    object([
        ("algorithm", fingerprint.algorithm.name().into()),
        ("version", fingerprint.version.into()),
        ("bits", hex::encode(&fingerprint.bits).into()),
        ("quality", fingerprint.quality.into()),
    ])
}

/// In base64, as `check` takes it.
pub fn sketch(sketch: Option<&Sketch>) -> JsValue {
    or_null(sketch.map(|sketch| BASE64_STANDARD.encode(sketch.as_bytes())))
}

/// How much of a picture has one level: a drawing or a document has much.
pub fn flatness(sketch: Option<&Sketch>) -> JsValue {
    or_null(sketch.map(Sketch::flatness))
}

pub fn comparison(comparison: &Comparison) -> Object {
    let differences: Array = comparison.differences.iter().map(difference).collect();
    object([
        ("verdict", comparison.verdict.name().into()),
        ("is_duplicate", comparison.verdict.is_duplicate().into()),
        ("verified", comparison.verified.into()),
        ("similarity", comparison.similarity.into()),
        ("orientation", comparison.orientation.name().into()),
        ("reason", comparison.reason.as_str().into()),
        ("differences", differences.into()),
    ])
}

pub fn rendition(rendition: &Rendition) -> Object {
    object([
        ("width", rendition.size.width.into()),
        ("height", rendition.size.height.into()),
        ("jpeg", Uint8Array::from(rendition.jpeg.as_slice()).into()),
    ])
}

fn difference(difference: &Difference) -> Object {
    object([
        ("algorithm", difference.algorithm.name().into()),
        ("distance", difference.distance.into()),
        ("bits", difference.bits.into()),
        ("similarity", difference.similarity.into()),
        ("orientation", difference.orientation.name().into()),
    ])
}

fn exif(exif: &Exif) -> Object {
    object([
        ("camera_make", or_null(exif.camera_make.as_deref())),
        ("camera_model", or_null(exif.camera_model.as_deref())),
        ("lens", or_null(exif.lens.as_deref())),
        ("taken_at", or_null(exif.taken_at.as_deref())),
        ("location", or_null(exif.location.as_ref().map(location))),
    ])
}

fn location(location: &Location) -> Object {
    object([
        ("latitude", location.latitude.into()),
        ("longitude", location.longitude.into()),
    ])
}

fn or_null(value: Option<impl Into<JsValue>>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}
