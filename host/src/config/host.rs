//! Hosts as settings, `Host` headers and origins write them, read by the rules of browsers (WHATWG URL).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Where a server is, without a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name in lower case, in ASCII, without the dot of the root.
    Name(String),
    /// An address; never an IPv4 address written as IPv6.
    Address(IpAddr),
}

/// What is no host.
#[derive(Debug, thiserror::Error)]
#[error(
    "not the name or address of a host, such as pictures.example or 192.168.1.5, without scheme, port or path"
)]
pub struct InvalidHost;

impl Host {
    /// Always this machine: no name server is asked about `localhost` and what is below it.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Address(address) => address.is_loopback(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl FromStr for Host {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        match url::Host::parse(text).map(Self::from) {
            Ok(Self::Name(name)) if !name.bytes().all(is_of_names) => Err(InvalidHost),
            host => host.map_err(|_| InvalidHost),
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }
}

impl From<url::Host> for Host {
    fn from(host: url::Host) -> Self {
        match host {
            url::Host::Domain(name) => Self::Name(name.strip_suffix('.').unwrap_or(&name).into()),
            url::Host::Ipv4(address) => IpAddr::from(address).into(),
            url::Host::Ipv6(address) => IpAddr::from(address).into(),
        }
    }
}

/// More may be in the names of other things; it would be a pattern that matches nothing.
fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    #[test]
    fn one_host_is_one_host_however_it_is_written() {
        assert_eq!(host("Pictures.Example."), host("pictures.example"));
        assert_eq!(host("b\u{fc}cher.example"), host("xn--bcher-kva.example"));
        assert_eq!(host("[::1]"), host("::1"));
        assert_eq!(host("::ffff:127.0.0.1"), host("127.0.0.1"));
        assert_eq!(host("[0:0::1]"), host("::1"));
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for text in [
            "localhost",
            "LOCALHOST.",
            "app.localhost",
            "127.8.9.1",
            "::1",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(host(text).is_loopback(), "{text}");
        }
        for text in [
            "localhost.example",
            "notlocalhost",
            "128.0.0.1",
            "0.0.0.0",
            "::2",
            "127.0.0.1.example",
        ] {
            assert!(!host(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_none() {
        for text in [
            "",
            "*",
            "*.example",
            "a b",
            "a/b",
            "a:80",
            "user@a",
            "[::1",
            "fe80::1%eth0",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }
}
