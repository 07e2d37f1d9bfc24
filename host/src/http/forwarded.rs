//! What proxies say of a request that they hand on, in the header `Forwarded` (RFC 7239): who asked them, for which host,
//! by which scheme. Each adds what it says at the end.
//!
//! A header that is not as the standard has it is refused whole. Whom to believe is not decided here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, header};
use thiserror::Error;

/// Parameters of one hop: four are known, others may be added.
const MOST_PARAMETERS: usize = 16;

/// What one proxy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Who asked it; `None` when it does not know or does not tell.
    pub asked_by: Option<IpAddr>,
    /// The host that it was asked for, perhaps with a port.
    pub host: Option<String>,
    /// The scheme that it was asked by, in lower case.
    pub scheme: Option<String>,
}

/// What is no `Forwarded` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the header Forwarded is not as RFC 7239 has it")]
pub struct InvalidForwarded;

/// What proxies say, the one that was asked first before all others.
pub fn hops(headers: &HeaderMap) -> Result<Vec<Hop>, InvalidForwarded> {
    let mut hops = Vec::new();
    for value in headers.get_all(header::FORWARDED) {
        let text = value.to_str().map_err(|_| InvalidForwarded)?;
        Reader(text).list(&mut hops)?;
    }
    Ok(hops)
}

/// The rest of a header's text.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// Elements with commas between them. One of nothing is none (RFC 9110, section 5.6.1).
    fn list(&mut self, hops: &mut Vec<Hop>) -> Result<(), InvalidForwarded> {
        loop {
            hops.extend(self.element()?);
            if self.0.is_empty() {
                return Ok(());
            }
            self.expect(',')?;
        }
    }

    /// Parameters with semicolons between them, each name once.
    fn element(&mut self) -> Result<Option<Hop>, InvalidForwarded> {
        let (mut hop, mut names) = (Hop::default(), Vec::new());
        loop {
            self.skip_space();
            let name = self.token().to_ascii_lowercase();
            if !name.is_empty() {
                self.expect('=')?;
                let value = self.value()?;
                if names.contains(&name) || names.len() == MOST_PARAMETERS {
                    return Err(InvalidForwarded);
                }
                hop.take(&name, value)?;
                names.push(name);
            }
            self.skip_space();
            if self.expect(';').is_err() {
                return Ok((!names.is_empty()).then_some(hop));
            }
        }
    }

    fn value(&mut self) -> Result<String, InvalidForwarded> {
        if self.expect('"').is_ok() {
            return self.quoted();
        }
        match self.token() {
            "" => Err(InvalidForwarded),
            token => Ok(token.to_owned()),
        }
    }

    /// What stands before the closing quotation mark, where a backslash makes a plain character of the next one.
    fn quoted(&mut self) -> Result<String, InvalidForwarded> {
        let (mut text, mut characters) = (String::new(), self.0.chars());
        loop {
            let plain = match characters.next() {
                Some('"') => {
                    self.0 = characters.as_str();
                    return Ok(text);
                }
                Some('\\') => characters.next(),
                other => other,
            };
            match plain {
                Some(plain @ ('\t' | ' '..='~')) => text.push(plain),
                _ => return Err(InvalidForwarded),
            }
        }
    }

    fn token(&mut self) -> &'a str {
        let end = self.0.find(|character| !is_of_tokens(character));
        let (token, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest;
        token
    }

    fn skip_space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn expect(&mut self, character: char) -> Result<(), InvalidForwarded> {
        self.0 = self.0.strip_prefix(character).ok_or(InvalidForwarded)?;
        Ok(())
    }
}

impl Hop {
    fn take(&mut self, name: &str, value: String) -> Result<(), InvalidForwarded> {
        match name {
            "for" => self.asked_by = node(&value)?,
            "host" => self.host = Some(value),
            "proto" => self.scheme = Some(value.to_ascii_lowercase()),
            _ => {}
        }
        Ok(())
    }
}

/// RFC 9110, section 5.6.2.
fn is_of_tokens(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

/// The address of a node, which may have a port; `None` for one that is hidden (RFC 7239, section 6).
fn node(text: &str) -> Result<Option<IpAddr>, InvalidForwarded> {
    if let Some(text) = text.strip_prefix('[') {
        let (address, port) = text.split_once(']').ok_or(InvalidForwarded)?;
        let address: Ipv6Addr = address.parse().map_err(|_| InvalidForwarded)?;
        check_port(port)?;
        return Ok(Some(address.into()));
    }
    let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    check_port(port)?;
    if name.eq_ignore_ascii_case("unknown") || is_obfuscated(name) {
        return Ok(None);
    }
    let address: Ipv4Addr = name.parse().map_err(|_| InvalidForwarded)?;
    Ok(Some(address.into()))
}

/// Nothing, or a colon and up to five digits or an obfuscated port.
fn check_port(text: &str) -> Result<(), InvalidForwarded> {
    let Some(port) = text.strip_prefix(':') else {
        return text.is_empty().then_some(()).ok_or(InvalidForwarded);
    };
    let is_number = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_number || is_obfuscated(port))
        .then_some(())
        .ok_or(InvalidForwarded)
}

fn is_obfuscated(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let rest = text.strip_prefix('_');
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Vec<Hop>, InvalidForwarded> {
        let lines = lines.iter().map(|line| line.parse().unwrap());
        hops(&lines.map(|line| (header::FORWARDED, line)).collect())
    }

    fn askers(line: &str) -> Vec<Option<String>> {
        let hops = read(&[line]).unwrap().into_iter();
        hops.map(|hop| Some(hop.asked_by?.to_string())).collect()
    }

    #[test]
    fn examples_of_the_standard_are_read() {
        assert_eq!(askers(r#"for="_gazonk""#), [None]);
        let one = Some("2001:db8:cafe::17".to_owned());
        let with_port = askers(r#"For="[2001:db8:cafe::17]:4711""#);
        assert_eq!(with_port, std::slice::from_ref(&one));
        let hops = read(&["for=192.0.2.60;proto=http;by=203.0.113.43"]).unwrap();
        assert_eq!(hops[0].asked_by, Some("192.0.2.60".parse().unwrap()));
        assert_eq!(hops[0].scheme.as_deref(), Some("http"));
        let two = Some("192.0.2.43".to_owned());
        assert_eq!(
            askers(r#"for=192.0.2.43, for="[2001:db8:cafe::17]""#),
            [two, one]
        );
        assert_eq!(
            askers("for=unknown, for=_hidden;by=_SEVKISEK"),
            [None, None]
        );
    }

    #[test]
    fn lines_are_one_list_and_values_may_be_quoted() {
        let hops = read(&[
            r#"For=192.0.2.1; HOST="pictures.example:8443" ;Proto=HTTPS,, "#,
            r#", for="192.0.2.2:80";ext="a \"b\"; c, d=\\""#,
        ]);
        let hops = hops.unwrap();
        assert_eq!(hops.len(), 2);
        assert_eq!(hops[0].host.as_deref(), Some("pictures.example:8443"));
        assert_eq!(hops[0].scheme.as_deref(), Some("https"));
        assert_eq!(hops[1].asked_by, Some("192.0.2.2".parse().unwrap()));
        assert_eq!(hops[1].host, None);
        assert_eq!(read(&[]), Ok(Vec::new()));
        assert_eq!(read(&[""]), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_as_the_standard_has_it_is_refused() {
        for line in [
            "for",
            "for=",
            "=192.0.2.1",
            "192.0.2.1",
            "for=192.0.2.1 proto=http",
            "for = 192.0.2.1",
            "for=192.0.2.1;for=192.0.2.2",
            "for=192.0.2.1;FOR=192.0.2.2",
            "for=2001:db8::1",
            "for=[2001:db8::1]",
            r#"for="2001:db8::1""#,
            r#"for="[2001:db8::1""#,
            r#"for="[192.0.2.1]""#,
            r#"for="192.0.2.1"#,
            r#"for="192.0.2.1\"#,
            r#"for="192.0.2.1"x"#,
            r#"for="192.0.2.1:123456""#,
            r#"for="192.0.2.1:""#,
            r#"for="192.0.2.1:x""#,
            "for=pictures.example",
            "for=192.0.2.256",
            "for=_",
            "for=_a/b",
            "f\u{f6}r=192.0.2.1",
            "a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1;j=1;k=1;l=1;m=1;n=1;o=1;p=1;q=1",
        ] {
            assert_eq!(read(&[line]), Err(InvalidForwarded), "{line}");
        }
    }
}
