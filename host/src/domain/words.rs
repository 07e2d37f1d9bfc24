//! The closed sets of the API as they are spelled in JSON, URLs and forms: one type each, which the description lists
//! as an enumeration.
//!
//! What the values mean is the matter of the types that they are made from. Free text (names, ids) is not here.

use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{Algorithm, HasherInput, MatchKind, Orientation, RenditionKind, Verdict};

/// Declares enumerations of words. Reading refuses an unknown one and lists those that are known.
macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident { $($word:ident = $text:literal,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`.")] $word,)*
        }

        impl $name {
            /// Every word, in the order of the description.
            pub const NAMES: &'static [&'static str] = &[$($text),*];

            /// The word itself.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)*
                }
            }
        }

        // By hand: the derived one gives the empty word the name of its variant.
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some([$($doc),*].concat().trim()))
                    .enum_values(Some(Self::NAMES.iter().copied()))
                    .into()
            }
        }

        impl ToSchema for $name {}

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                match text.as_str() {
                    $($text => Ok(Self::$word),)*
                    _ => Err(D::Error::unknown_variant(&text, Self::NAMES)),
                }
            }
        }
    )*};
}

/// Makes words of values of the domain, and values of words.
macro_rules! words_of {
    ($($name:ident of $domain:ident { $($word:ident),* })*) => {$(
        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value {
                    $($domain::$word => Self::$word,)*
                }
            }
        }

        impl From<$name> for $domain {
            fn from(name: $name) -> Self {
                match name {
                    $($name::$word => Self::$word,)*
                }
            }
        }
    )*};
}

words! {
    /// How a fingerprint is computed.
    AlgorithmName {
        Phash = "phash",
        Dhash = "dhash",
        Dhash128 = "dhash128",
        Ahash = "ahash",
        Blockhash = "blockhash",
        Pdq = "pdq",
        Core = "core",
        Bare = "bare",
    }
    /// How a picture has to be transformed; EXIF 1 to 8 in this order.
    OrientationName {
        Upright = "upright",
        Mirrored = "mirrored",
        Rotated180 = "rotated180",
        Flipped = "flipped",
        Transposed = "transposed",
        Rotated90 = "rotated90",
        Transversed = "transversed",
        Rotated270 = "rotated270",
    }
    /// Which copies count: `upright` ones, or those in `any` orientation, mirrored and turned ones, too.
    OrientationScope {
        Upright = "upright",
        Any = "any",
    }
    /// What two pictures are to each other, the strongest claim first. `exact`: the same bytes. `same_picture`: re-encoded,
    /// resized, converted. `edited`: one picture with something done to it. These three are duplicates. `similar`: near,
    /// and no copy.
    VerdictName {
        Exact = "exact",
        SamePicture = "same_picture",
        Edited = "edited",
        Similar = "similar",
        Different = "different",
    }
    /// How an image was found: `exact` by the same bytes, `near` otherwise.
    MatchKindName {
        Exact = "exact",
        Near = "near",
    }
    /// A rendition of an image: its own size, within 1600x1600, within 400x400, exactly 50x50.
    RenditionName {
        Original = "original",
        Medium = "medium",
        Thumb = "thumb",
        Game = "game",
    }
    /// How a plugin is. `backfilling`: asked about images that were there before it. `ready`: asked about all. `disabled`: it
    /// misbehaved. `removed`: it was deleted. `absent`: not loaded, and its fingerprints are kept.
    PluginStateName {
        Backfilling = "backfilling",
        Ready = "ready",
        Disabled = "disabled",
        Removed = "removed",
        Absent = "absent",
    }
    /// What a plugin is handed: a picture's `luma-plane`, or the `bytes` of its file.
    HasherInputName {
        LumaPlane = "luma-plane",
        Bytes = "bytes",
    }
    /// The process answers.
    HealthName {
        Ok = "ok",
    }
    /// Requests can be served; a server where they cannot answers 503.
    ReadinessName {
        Ready = "ready",
    }
    /// What to do with bytes that are in the project already; nothing is `keep`.
    OnDuplicateName {
        Keep = "keep",
        Reject = "reject",
        Unsaid = "",
    }
}

words_of! {
    AlgorithmName of Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare }
    OrientationName of Orientation {
        Upright, Mirrored, Rotated180, Flipped, Transposed, Rotated90, Transversed, Rotated270
    }
    VerdictName of Verdict { Exact, SamePicture, Edited, Similar, Different }
    MatchKindName of MatchKind { Exact, Near }
    RenditionName of RenditionKind { Original, Medium, Thumb, Game }
    HasherInputName of HasherInput { LumaPlane, Bytes }
}

impl OrientationScope {
    /// Mirrored and turned copies count, too.
    pub fn is_any(self) -> bool {
        self == Self::Any
    }
}

impl From<bool> for OrientationScope {
    fn from(any_orientation: bool) -> Self {
        match any_orientation {
            true => Self::Any,
            false => Self::Upright,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_domain() {
        for algorithm in Algorithm::ALL {
            assert_eq!(AlgorithmName::from(algorithm).name(), algorithm.name());
        }
        for orientation in Orientation::ALL {
            let word = OrientationName::from(orientation).name();
            assert_eq!(word, orientation.name());
        }
        for kind in RenditionKind::ALL {
            assert_eq!(RenditionName::from(kind).name(), kind.name());
        }
        for input in [HasherInput::LumaPlane, HasherInput::Bytes] {
            assert_eq!(HasherInputName::from(input).name(), input.name());
        }
        for word in VerdictName::NAMES {
            let read: VerdictName = serde_json::from_value((*word).into()).unwrap();
            assert_eq!(Verdict::from(read).name(), *word);
        }
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        let refusal = serde_json::from_str::<RenditionName>(r#""huge""#).unwrap_err();
        let refusal = refusal.to_string();
        for word in ["huge", "original", "medium", "thumb", "game"] {
            assert!(refusal.contains(word), "{refusal}");
        }
        assert!(serde_json::from_str::<RenditionName>(r#"{"game":null}"#).is_err());
    }
}
