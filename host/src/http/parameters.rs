//! Parameters of URLs and fields of forms: text by name, read into types, booleans as programs write them.
//!
//! What is missing or is not of its type is answered 422; what cannot be used for another reason is the matter of
//! whoever uses it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, Unexpected};
use serde_urlencoded::Deserializer as UrlEncoded;
use url::form_urlencoded;

use super::error::ApiError;

/// Reads parameters of `what`. Of a name that comes more than once the last value counts.
pub fn read<'a, T: DeserializeOwned>(
    what: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<T, ApiError> {
    let last: BTreeMap<&str, &str> = pairs.collect();
    let text = serde_urlencoded::to_string(last).map_err(ApiError::internal)?;
    let parameters = UrlEncoded::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(parameters)
        .map_err(|error| ApiError::unprocessable(format!("{what}: {error}")))
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
    fn what_is_of_another_type_is_named() {
        let refusal = format!("{:?}", some(&[("limit", "few")]).unwrap_err());
        assert!(refusal.contains("the form's fields: limit: "), "{refusal}");
    }
}
