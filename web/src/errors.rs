//! The cases of the contract's `image-error` as JavaScript errors with stable codes.

use js_sys::{Error, Reflect};
use vismatch_pipeline::error::ImageError;

/// An `Error` whose `code` is the name of the case in `wit/types.wit`.
pub fn thrown(error: ImageError) -> Error {
    let code = match error {
        ImageError::UnsupportedFormat(_) => "unsupported-format",
        ImageError::Corrupt(_) => "corrupt",
        ImageError::TooLarge(_) => "too-large",
        ImageError::InvalidParameter(_) => "invalid-parameter",
        ImageError::Internal(_) => "internal",
    };
    let thrown = Error::new(&error.to_string());
    // Setting a field of an object that was just made cannot fail.
    let _ = Reflect::set(&thrown, &"code".into(), &code.into());
    thrown
}
