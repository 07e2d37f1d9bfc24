//! The component that this server runs, for those who want to run it, too.

use bytes::Bytes;

use super::Services;

/// SHA-256 of the component's file, as hexadecimal digits.
pub fn digest(services: &Services) -> &str {
    services.sandbox.digest()
}

/// The component's file.
pub fn file(services: &Services) -> Bytes {
    services.sandbox.component()
}
