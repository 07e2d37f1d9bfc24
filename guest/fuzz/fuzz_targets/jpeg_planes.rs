//! The planes of JPEGs, reduced and not, against the full decoder.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vismatch_pipeline::decode::{Least, Planes, decode, planes};
use vismatch_pipeline::error::ImageError;
use vismatch_pipeline::info::Dimensions;
use vismatch_pipeline::limits::Limits;

/// Small, so that the decoder is quick about what a header asks for.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 20,
    max_side: 4096,
    max_frames: 20,
    max_output_bytes: 1 << 20,
};

fn of(bytes: &[u8], side: u32) -> Result<Option<Planes>, ImageError> {
    let least = Dimensions {
        width: side,
        height: side,
    };
    planes(bytes, &LIMITS, |_| Least {
        luma: least,
        chroma: least,
    })
}

fuzz_target!(|bytes: &[u8]| {
    // A JPEG by its first bytes: other formats are other decoders' work.
    if !bytes.starts_with(b"\xFF\xD8\xFF") {
        return;
    }
    let (reduced, whole) = (of(bytes, 1), of(bytes, 4096));
    match (&reduced, &whole) {
        (Err(ours), Err(same)) => {
            assert_eq!(ours, same);
            assert_eq!(Some(ours), decode(bytes, &LIMITS).err().as_ref());
        }
        (Ok(None), Ok(None)) => {}
        (Ok(Some(reduced)), Ok(Some(whole))) => {
            let picture = decode(bytes, &LIMITS).expect("the decoder takes it too");
            assert_eq!((&picture.info, &picture.info), (&reduced.info, &whole.info));
            assert_eq!(reduced.luma.unreduced, whole.luma.most().extent);
        }
        _ => panic!("taken at one size only: {reduced:?} {whole:?}"),
    }
});
