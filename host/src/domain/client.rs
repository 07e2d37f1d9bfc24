//! Whom work is done for, as far as sharing goes: clients are told apart by their addresses.

use std::net::{IpAddr, Ipv6Addr};

/// Bits of an IPv6 address that name the network; a host chooses the others itself (RFC 4291, section 2.5.1).
const NETWORK: u32 = 64;

/// Whom work is done for. Says nothing of who somebody is: several people may share an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Client {
    /// The program itself, for what it does beside requests.
    #[default]
    Own,
    /// Whoever calls from an IPv4 address or from an IPv6 network.
    Address(IpAddr),
}

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::Address(address.into()),
            IpAddr::V6(address) => Self::Address(network(address).into()),
        }
    }
}

/// One host has all addresses of its network: it must not be as many clients as it likes.
fn network(address: Ipv6Addr) -> Ipv6Addr {
    let host_bits = u128::BITS - NETWORK;
    Ipv6Addr::from_bits(address.to_bits() >> host_bits << host_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str) -> Client {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn an_ipv6_network_is_one_client_and_an_ipv4_address_another() {
        assert_eq!(client("2001:db8:0:1::1"), client("2001:db8:0:1:ffff::2"));
        assert_ne!(client("2001:db8:0:1::1"), client("2001:db8:0:2::1"));
        assert_ne!(client("10.0.0.1"), client("10.0.0.2"));
        assert_eq!(client("::ffff:10.0.0.1"), client("10.0.0.1"));
    }
}
