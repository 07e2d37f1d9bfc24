//! One-time deletion tokens, handed out once; the store keeps only their digests.

use anyhow::anyhow;

use super::ServiceError;

/// A new token: 32 random bytes in lower-case hex.
pub fn generate() -> Result<String, ServiceError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| ServiceError::Internal(anyhow!("no random numbers: {error}")))?;
    Ok(hex::encode(bytes))
}
