//! Characters that cannot be seen, and that make other text look different, are shown for what they are: nothing
//! that a file is called may pass for another name on a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

/// What a text is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// People: `\\u{202e}`.
    People,
    /// Parsers of JSON, to which an escape is the character: `\\u202e`.
    Json,
}

/// The text with such characters escaped.
pub fn escaped(text: &str, reader: Reader) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match (is_hidden(character), reader) {
            (false, _) => shown.push(character),
            (true, Reader::People) => shown.extend(character.escape_unicode()),
            (true, Reader::Json) => {
                let units = character.encode_utf16(&mut [0; 2]).to_vec();
                shown.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    Cow::Owned(shown)
}

/// Marks and overrides of direction, characters of no width, separators of lines, tags.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// Standard error, escaped: every event of the log is written at once.
pub struct Log(pub Reader);

impl Write for Log {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        io::stderr().write_all(escaped(&text, self.0).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        let name = "photo\u{202e}gpj.exe\u{200b} \u{e0041}é日本.jpg";
        assert_eq!(
            escaped(name, Reader::People),
            "photo\\u{202e}gpj.exe\\u{200b} \\u{e0041}é日本.jpg"
        );
        let json = serde_json::to_string(name).unwrap();
        let shown = escaped(&json, Reader::Json);
        assert!(
            !shown.contains(is_hidden) && shown.contains("\\u202e"),
            "{shown}"
        );
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), name);
        assert!(matches!(
            escaped("Übung ✓", Reader::People),
            Cow::Borrowed(_)
        ));
    }
}
