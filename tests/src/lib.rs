//! What the whole-system tests and benches stand on: a running server, a client that reads like a
//! sentence, pictures drawn by integer arithmetic, hostile files made by code.
//!
//! Knows the `vismatch` binary and HTTP, like a user; of the server's crates only the pipeline's
//! library, for parity. A wrong expectation panics with what was seen: that is the failed test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

pub mod bench;
pub mod client;
pub mod hostile;
pub mod memory;
pub mod picture;
pub mod program;
pub mod random;
pub mod server;
pub mod skip;
pub mod unchangeable;

pub use client::{Answer, Client};
pub use picture::Picture;
pub use random::Random;
pub use server::Server;
pub use skip::skipped;
pub use unchangeable::Unchangeable;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the workspace")
        .to_owned()
}

/// The test pictures that are not part of the repository (`../shared/data`), when they are there.
pub fn shared_data() -> Option<PathBuf> {
    let folder = repository().join("../shared/data");
    folder.is_dir().then_some(folder)
}

/// SHA-256 of bytes, lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(bytes))
}

/// Standard base64 of bytes.
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The bytes of standard base64.
pub fn from_base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("base64")
}
