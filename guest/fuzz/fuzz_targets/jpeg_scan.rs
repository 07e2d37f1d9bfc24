//! The luma scan of JPEGs against the full decoder.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vismatch_pipeline::decode::{decode, reduced_luma};
use vismatch_pipeline::limits::Limits;

/// Small, so that the decoder is quick about what a header asks for.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 20,
    max_side: 4096,
    max_frames: 20,
    max_output_bytes: 1 << 20,
};

fuzz_target!(|bytes: &[u8]| {
    // A JPEG by its first bytes: other formats are other decoders' work.
    if !bytes.starts_with(b"\xFF\xD8\xFF") {
        return;
    }
    match reduced_luma(bytes, 1, &LIMITS) {
        Err(ours) => assert_eq!(Some(ours), decode(bytes, &LIMITS).err()),
        Ok(None) => {}
        Ok(Some(luma)) => {
            let blocks = luma.size.width.div_ceil(8) * luma.size.height.div_ceil(8);
            assert_eq!(luma.samples.len() as u32, blocks);
            let is_progressive = bytes.windows(2).any(|code| code == b"\xFF\xC2");
            if !is_progressive {
                let picture = decode(bytes, &LIMITS).expect("the decoder takes it too");
                assert_eq!(picture.info, luma.info);
            }
        }
    }
});
