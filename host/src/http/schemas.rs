//! Schemas of what many routes take: words, names, ids and numbers, as their validators have them.
//!
//! Types that only describe. Reading and checking is the matter of the handlers.

use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::{Algorithm, MAX_LIMIT};
use crate::service::{decisions, resolve};

/// A project's name: `ProjectName` counts bytes, so its longest is shorter where characters have several.
const PROJECT_NAME: &str = r"^(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f/\\]{1,255}$";
/// An image's name: segments with a `/` between them; those that are too long are cut.
const IMAGE_NAME: &str = r"^(?!(.*/)?(\.{0,2})(/|$))[^\x00-\x1f\x7f-\x9f\\]{1,1024}$";
const IMAGE_NAME_OR_NOTHING: &str =
    r"^(?!/|.+/$|.*//|(.*/)?\.{1,2}(/|$))[^\x00-\x1f\x7f-\x9f\\]{0,1024}$";
const HEX_ID: &str = "^[0-9a-f]{32}$";
/// Nothing stands for the beginning of a list.
const HEX_ID_OR_NOTHING: &str = "^([0-9a-f]{32})?$";
/// Two different ids.
const PAIR: &str = r"^([0-9a-f]{32})-(?!\1$)[0-9a-f]{32}$";
const PAIR_OR_NOTHING: &str = r"^(([0-9a-f]{32})-(?!\2$)[0-9a-f]{32})?$";
const SHA256: &str = "^[0-9a-fA-F]{64}$";

/// Declares types that only describe.
macro_rules! described {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema
            }
        }

        impl ToSchema for $name {}
    )*};
}

described! {
    /// The name of a project.
    ProjectText = text(PROJECT_NAME);
    /// The name of an image.
    ImageText = text(IMAGE_NAME);
    /// A name that is wanted for an image, or nothing.
    WantedName = text(IMAGE_NAME_OR_NOTHING);
    /// An id of an image, or nothing.
    AfterImage = text(HEX_ID_OR_NOTHING);
    /// An id of a decision, or nothing.
    AfterDecision = text(PAIR_OR_NOTHING);
    /// An id of a decision.
    DecisionText = text(PAIR);
    /// 32 digits that prove a history.
    WitnessText = text(HEX_ID);
    /// A digest.
    Sha256Text = text(SHA256);
    /// How many entries are wanted.
    Limit = integer(1, MAX_LIMIT as u64);
    /// A distance of `phash`.
    PhashDistance = integer(0, Algorithm::Phash.bits().into());
    /// A distance of the algorithm that has the longest fingerprints; those of others are shorter.
    Distance = integer(0, longest().into());
    /// Images that are decided about together.
    DecidedImages = images(2, decisions::MAX_IMAGES, true);
    /// Images of a group that is resolved.
    GroupImages = images(2, resolve::MAX_IMAGES, false);
    /// Images that go.
    RemovedImages = images(1, resolve::MAX_IMAGES - 1, false);
    /// A fingerprint, as long as its algorithm makes it.
    SentFingerprint = fingerprint();
}

fn words(words: &[&str]) -> RefOr<Schema> {
    let words = words.iter().copied();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .into()
}

fn text(pattern: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .into()
}

fn integer(least: u64, most: u64) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(least as f64))
        .maximum(Some(most as f64))
        .into()
}

fn images(least: usize, most: usize, different: bool) -> RefOr<Schema> {
    let image = ObjectBuilder::new().schema_type(Type::String);
    ArrayBuilder::new()
        .items(image)
        .min_items(Some(least))
        .max_items(Some(most))
        .unique_items(different)
        .into()
}

fn longest() -> u32 {
    Algorithm::ALL
        .map(Algorithm::bits)
        .into_iter()
        .max()
        .unwrap_or_default()
}

/// One schema for each algorithm (its name, its version, its number of digits), and one for plugins.
fn fingerprint() -> RefOr<Schema> {
    let mut any = OneOfBuilder::new();
    for algorithm in Algorithm::ALL {
        let version = version().enum_values(Some([Some(algorithm.version()), None]));
        let digits = format!("^[0-9a-fA-F]{{{}}}$", algorithm.bits().div_ceil(8) * 2);
        any = any.item(sent_fingerprint(
            words(&[algorithm.name()]),
            version,
            &digits,
        ));
    }
    let names = Algorithm::ALL.map(Algorithm::name).join("|");
    let plugin = text(&format!("^(?!({names})$)[a-z0-9_-]{{1,64}}$"));
    any.item(sent_fingerprint(
        plugin,
        version(),
        "^([0-9a-fA-F]{16}|[0-9a-fA-F]{32}|[0-9a-fA-F]{64})$",
    ))
    .description(Some(
        "A fingerprint that a client computed; `algorithm` may be the name of a plugin.",
    ))
    .into()
}

fn version() -> ObjectBuilder {
    let number_or_nothing = SchemaType::from_iter([Type::Integer, Type::Null]);
    ObjectBuilder::new()
        .schema_type(number_or_nothing)
        .description(Some(
            "Version of its definition; the server's own without it.",
        ))
}

fn sent_fingerprint(
    algorithm: RefOr<Schema>,
    version: ObjectBuilder,
    digits: &str,
) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("algorithm", algorithm)
        .property("version", version)
        .property("bits", text(digits))
        .required("algorithm")
        .required("bits")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn schema(path: &str, method: &str, parameter: &str) -> Value {
        let document: Value = serde_json::from_str(&super::super::openapi()).unwrap();
        let parameters = document["paths"][path][method]["parameters"].clone();
        let parameters = parameters.as_array().cloned().unwrap();
        let found = parameters.into_iter().find(|one| one["name"] == parameter);
        let schema = found.unwrap()["schema"].clone();
        match schema["$ref"].as_str() {
            Some(reference) => document.pointer(&reference[1..]).cloned().unwrap(),
            None => schema,
        }
    }

    #[test]
    fn parameters_say_what_their_validators_ask() {
        let images = "/projects/{project_id}/images";
        assert_eq!(schema(images, "get", "limit")["maximum"], json!(1000));
        assert_eq!(schema(images, "get", "limit")["minimum"], json!(1));
        let image = "/projects/{project_id}/images/{image_id}";
        let sizes = json!(["original", "medium", "thumb", "game"]);
        assert_eq!(schema(image, "get", "size")["enum"], sizes);
        assert_eq!(
            schema("/duplicates", "get", "radius")["maximum"],
            json!(256)
        );
        assert_eq!(schema("/compare", "post", "radius")["maximum"], json!(64));
        assert!(schema(images, "get", "project_id")["pattern"].is_string());
    }

    #[test]
    fn no_property_is_two_types_at_once() {
        let document = super::super::openapi();
        let document: Value = serde_json::from_str(&document).unwrap();
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
                let described_inline = schema["allOf"].as_array().is_some_and(|all| {
                    all.iter()
                        .any(|one| one["type"] == "object" && one["properties"].is_null())
                });
                assert!(!described_inline, "{name}.{field}: {schema}");
            }
        }
    }
}
