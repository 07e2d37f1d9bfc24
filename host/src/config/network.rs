//! Addresses of other machines as settings write them: one, or all of a network.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// One address, or all with the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// What is neither.
#[derive(Debug, thiserror::Error)]
#[error("not an address or a network such as 10.0.0.5, 172.16.0.0/12 or fd00::/8")]
pub struct InvalidNetwork;

impl Network {
    /// The address is one of these; an IPv4 address also where it is written as IPv6.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_canonical().into()));
        }
        text.parse().map(Self).map_err(|_| InvalidNetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_of_one() {
        let holds = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.5", "10.0.0.5"));
        assert!(holds("10.0.0.5", "::ffff:10.0.0.5"));
        assert!(!holds("10.0.0.5", "10.0.0.6"));
        assert!(holds("172.16.0.0/12", "172.31.255.255"));
        assert!(!holds("172.16.0.0/12", "172.32.0.0"));
        assert!(holds("fd00::/8", "fdff::1"));
        for text in ["", "proxy", "10.0.0.0/33", "10.0.0.5:80", "*"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
