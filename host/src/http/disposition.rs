//! What a client calls the file of a form's field: `filename*` and `filename` of `Content-Disposition`
//! (RFC 6266, RFC 5987), as browsers and programs write them.

use std::borrow::Cow;

use axum::http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

/// The name; `filename*` comes before `filename`, which old programs read.
pub fn file_name(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_DISPOSITION)?.as_bytes();
    let value = std::str::from_utf8(value).ok()?;
    let parameters = parameters(value);
    let of = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let extended = of("filename*").and_then(extended);
    extended.or_else(|| of("filename").map(|name| plain(name).into_owned()))
}

/// Names in lower case with their values, without quotation marks.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some((_, behind)) = rest.split_once(';') {
        let Some((name, value)) = behind.split_once('=') else {
            break;
        };
        let (value, behind) = match value.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        found.push((name.trim().to_ascii_lowercase(), value));
        rest = behind;
    }
    found
}

/// The text up to the closing quotation mark, and what follows. Only `\"` is taken for an escape: some programs
/// send paths of Windows as they are.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some((_, '"'))) => {
                characters.next();
                value.push('"');
            }
            ('"', _) => return (value, &text[at + 1..]),
            _ => value.push(character),
        }
    }
    (value, "")
}

/// `UTF-8''h%C3%B6hle.jpg`: charset, language, octets.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, octets) = rest.split_once('\'')?;
    let octets = percent_decode_str(octets);
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => octets.decode_utf8().ok().map(Cow::into_owned),
        "iso-8859-1" => Some(octets.map(char::from).collect()),
        _ => None,
    }
}

/// Some programs (aiohttp) encode all that is not a letter, a digit or one of `_.-~`; browsers encode
/// quotation marks and line breaks, and nothing else.
fn plain(name: &str) -> Cow<'_, str> {
    if is_encoded_throughout(name)
        && let Ok(decoded) = percent_decode_str(name).decode_utf8()
    {
        return decoded;
    }
    match name.contains('%') {
        true => Cow::Owned(
            name.replace("%22", "\"")
                .replace("%0D", "\r")
                .replace("%0A", "\n"),
        ),
        false => Cow::Borrowed(name),
    }
}

fn is_encoded_throughout(name: &str) -> bool {
    let mut pieces = name.split('%');
    let is_kept = |piece: &str| {
        let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte);
        piece.bytes().all(is_kept)
    };
    let is_octet = |piece: &str| {
        let digits = piece.get(..2);
        digits.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    pieces.next().is_some_and(is_kept) && pieces.all(|piece| is_octet(piece) && is_kept(piece))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn name(disposition: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(disposition.as_bytes()).unwrap();
        headers.insert(header::CONTENT_DISPOSITION, value);
        file_name(&headers)
    }

    #[test]
    fn names_are_read_as_clients_write_them() {
        for (disposition, expected) in [
            (
                r#"form-data; name="file"; filename="beach.jpg""#,
                "beach.jpg",
            ),
            (r#"form-data; name=file; filename=beach.jpg"#, "beach.jpg"),
            (
                r#"form-data; filename="höhle;1.jpg"; name="file""#,
                "höhle;1.jpg",
            ),
            // Browsers.
            (
                r#"form-data; filename="say %22hi%22 100%.png""#,
                "say \"hi\" 100%.png",
            ),
            // curl, Python's requests.
            (r#"form-data; filename="say \"hi\".png""#, "say \"hi\".png"),
            (
                r#"form-data; filename="C:\photos\beach.jpg""#,
                "C:\\photos\\beach.jpg",
            ),
            // aiohttp.
            (r#"form-data; filename="h%C3%B6hle%201.jpg""#, "höhle 1.jpg"),
            // RFC 5987.
            (
                r#"form-data; filename="hoehle.jpg"; filename*=UTF-8''h%C3%B6hle.jpg"#,
                "höhle.jpg",
            ),
            (
                r#"form-data; filename*=utf-8'de'h%c3%b6hle.jpg; name="file""#,
                "höhle.jpg",
            ),
            (
                r#"form-data; filename*=ISO-8859-1''h%F6hle.jpg"#,
                "höhle.jpg",
            ),
            (
                r#"form-data; filename*=utf-16''x; filename="x.jpg""#,
                "x.jpg",
            ),
            // No octets of UTF-8, and no octets.
            (r#"form-data; filename="100%FF.jpg""#, "100%FF.jpg"),
            (r#"form-data; filename="100%.jpg""#, "100%.jpg"),
        ] {
            assert_eq!(
                name(disposition).as_deref(),
                Some(expected),
                "{disposition}"
            );
        }
        for none in [
            r#"form-data; name="filename""#,
            "form-data",
            "form-data; filename",
        ] {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
