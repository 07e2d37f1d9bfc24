//! Parameters of URLs and fields of forms: text by name, read into types, booleans as programs write them.
//!
//! What is missing or is not of its type is answered 422; what cannot be used for another reason is the matter of
//! whoever uses it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde::de::value::{Error as Invalid, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::error::ApiError;

/// Reads parameters of `what`. Of a name that comes more than once the last value counts.
pub fn read<'a, T: DeserializeOwned>(
    what: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<T, ApiError> {
    let last: BTreeMap<&str, &str> = pairs.collect();
    let parameters = last.into_iter().map(|(name, value)| (name, Text(value)));
    serde_path_to_error::deserialize(MapDeserializer::new(parameters)).map_err(
        |error: serde_path_to_error::Error<Invalid>| {
            ApiError::unprocessable(format!("{what}: {error}"))
        },
    )
}

/// A value as it was sent, read into the type that is asked for. Numbers without a fraction are integers, also when they
/// are written as programs write them that know one kind of numbers alone: 10.0.
#[derive(Clone, Copy)]
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn parse<T: FromStr<Err: Display>>(self) -> Result<T, Invalid> {
        self.0.parse().map_err(Invalid::custom)
    }

    /// Without a fraction of zeros.
    fn integer(self) -> Text<'a> {
        match self.0.split_once('.') {
            Some((whole, fraction)) if is_zeros(fraction) => Text(whole),
            _ => self,
        }
    }
}

fn is_zeros(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit == b'0')
}

impl<'de> IntoDeserializer<'de, Invalid> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Methods that parse the text and hand the value on.
macro_rules! parsed {
    ($($method:ident => $visit:ident, $text:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Invalid> {
            visitor.$visit(self.$text().parse()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Invalid;

    parsed! {
        deserialize_i8 => visit_i8, integer;
        deserialize_i16 => visit_i16, integer;
        deserialize_i32 => visit_i32, integer;
        deserialize_i64 => visit_i64, integer;
        deserialize_u8 => visit_u8, integer;
        deserialize_u16 => visit_u16, integer;
        deserialize_u32 => visit_u32, integer;
        deserialize_u64 => visit_u64, integer;
        deserialize_f32 => visit_f32, clone;
        deserialize_f64 => visit_f64, clone;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Invalid> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Invalid> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Invalid> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Invalid> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

/// A boolean that may be left out, for `deserialize_with`: Python writes `True`, forms send `on`, people type `1`.
pub fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(Some(true)),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(Some(false)),
        _ => {
            let expected = &"a boolean such as true, false, True, 1, 0, on, off, yes or no";
            Err(D::Error::invalid_value(Unexpected::Str(&text), expected))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Fields {
        #[serde(default, deserialize_with = "boolean")]
        really: Option<bool>,
        limit: Option<u8>,
    }

    fn some(pairs: &[(&str, &str)]) -> Result<Fields, ApiError> {
        read("the form's fields", pairs.iter().copied())
    }

    #[test]
    fn booleans_are_read_as_programs_write_them() {
        for (texts, expected) in [
            (["true", "True", "TRUE", "1", "yes", "on", "t", "Y"], true),
            (["false", "False", "0", "no", "No", "off", "F", "n"], false),
        ] {
            for text in texts {
                let read = some(&[("really", text)]).unwrap().really;
                assert_eq!(read, Some(expected), "{text}");
            }
        }
        assert_eq!(some(&[]).unwrap().really, None);
        for text in ["", "2", "maybe", "tru"] {
            let refusal = some(&[("really", text)]).unwrap_err();
            assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        }
    }

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        let read = some(&[
            ("limit", "many"),
            ("limit", "1"),
            ("x", "y"),
            ("limit", "2"),
        ]);
        assert_eq!(read.unwrap().limit, Some(2));
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        let limit = |text| some(&[("limit", text)]).ok().and_then(|read| read.limit);
        for text in ["10", "10.0", "10.00"] {
            assert_eq!(limit(text), Some(10), "{text}");
        }
        for text in ["10.", "10.5", ".0", "1.0.0", "-10.0", "256.0", "x.0", ""] {
            assert_eq!(limit(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_of_another_type_is_named() {
        let refusal = format!("{:?}", some(&[("limit", "few")]).unwrap_err());
        assert!(refusal.contains("the form's fields: limit: "), "{refusal}");
    }
}
