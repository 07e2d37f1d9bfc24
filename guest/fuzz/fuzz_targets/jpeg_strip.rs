//! JPEGs without their metadata against the whole files.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vismatch_jpeg::{BLOCK_SIDE, BlockScales, Markers, Plane, planes, without_metadata};

/// Pixels of a picture that is read: so that no header asks for much memory.
const MOST_PIXELS: u32 = 1 << 20;
/// Scans of a picture that is read.
const MOST_SCANS: u32 = 20;

/// All samples of a file of a sound size.
fn samples(file: &[u8]) -> Option<Vec<Plane>> {
    let markers = Markers::walk(file, MOST_SCANS);
    let frame = markers
        .frame
        .filter(|_| markers.ended && markers.scans <= MOST_SCANS)?;
    if u32::from(frame.width) * u32::from(frame.height) > MOST_PIXELS {
        return None;
    }
    planes(file, frame, |_, _| BlockScales {
        most: BLOCK_SIDE,
        fewer: None,
        reduced: None,
        means: None,
    })
}

fuzz_target!(|bytes: &[u8]| {
    let Some(bare) = without_metadata(bytes) else {
        return;
    };
    assert_eq!(without_metadata(&bare).as_ref(), Some(&bare));
    if let Some(whole) = samples(bytes) {
        assert_eq!(Some(whole), samples(&bare));
    }
});
