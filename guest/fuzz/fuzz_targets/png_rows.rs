//! PNGs that are read row by row against the full decoder.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vismatch_pipeline::decode::{Rows, decode, rows};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::hash::LumaPlane;
use vismatch_pipeline::limits::Limits;

/// Small, so that the decoder is quick about what a header asks for.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 20,
    max_side: 4096,
    max_frames: 20,
    max_output_bytes: 1 << 20,
};

fuzz_target!(|bytes: &[u8]| {
    // A PNG by its first bytes: other formats are other decoders' work.
    if !bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        return;
    }
    let whole = decode(bytes, &LIMITS);
    match streamed(bytes) {
        Err(ours) => assert_eq!(Some(ours), whole.err()),
        // Left to the decoder, whatever it says.
        Ok(None) => {}
        Ok(Some((rows, plane))) => {
            let whole = whole.expect("the decoder takes it too");
            assert_eq!(rows.info, whole.info);
            assert_eq!(rows.is_transparent, whole.is_transparent);
            assert_eq!(Ok(plane), LumaPlane::new(&whole.pixels));
        }
    }
});

/// The rows with the plane that they make. None where they leave it to the decoder.
fn streamed(bytes: &[u8]) -> Result<Option<(Rows<'_>, LumaPlane)>, ImageError> {
    let Some(mut rows) = rows(bytes, &LIMITS)? else {
        return Ok(None);
    };
    let plane = LumaPlane::of_rows(&mut rows);
    Ok(plane.map(|plane| (rows, plane)))
}
