//! How many entries an answer may have at most: one rule for every list and every search.

use thiserror::Error;

/// Most entries of one answer.
pub const MAX_LIMIT: usize = 1_000;

/// A number of entries that no answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("limit: {0} is outside 1 to {MAX_LIMIT}")]
pub struct InvalidLimit(usize);

/// The limit, if it is 1 to [`MAX_LIMIT`].
pub fn check_limit(limit: usize) -> Result<usize, InvalidLimit> {
    match (1..=MAX_LIMIT).contains(&limit) {
        true => Ok(limit),
        false => Err(InvalidLimit(limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_one_to_a_thousand() {
        assert_eq!([1, 1_000].map(check_limit), [Ok(1), Ok(1_000)]);
        assert_eq!(check_limit(0), Err(InvalidLimit(0)));
        let text = check_limit(1_001).unwrap_err().to_string();
        assert_eq!(text, "limit: 1001 is outside 1 to 1000");
    }
}
