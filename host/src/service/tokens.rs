//! One-time deletion tokens: handed out once in clear, kept only as a digest.

use anyhow::anyhow;
use sha2::{Digest, Sha256};

use super::ServiceError;

/// A new token: 32 random bytes in lower-case hex.
pub fn generate() -> Result<String, ServiceError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| ServiceError::Internal(anyhow!("no random numbers: {error}")))?;
    Ok(hex::encode(bytes))
}

/// What is kept of a token: its SHA-256 in lower-case hex. Whoever reads the store cannot delete with it.
pub fn digest(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}
