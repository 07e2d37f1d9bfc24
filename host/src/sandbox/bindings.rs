//! What wasmtime generates from the contract in `wit/`, and nothing else. `convert` is the only
//! place that translates these types; the rest of the server never sees them.

mod generated {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "imaging",
    });
}

mod hasher {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "hasher",
    });
}

pub use generated::exports::vismatch::pipeline::comparison::{Comparison, Difference, Verdict};
pub use generated::exports::vismatch::pipeline::hashing::{
    Algorithm, Fingerprint, OrientedFingerprint,
};
pub use generated::exports::vismatch::pipeline::pipeline::{Outcome, Plan};
pub use generated::exports::vismatch::pipeline::rendering::{
    Rendition, RenditionSize, RenditionSpec,
};
pub use generated::exports::vismatch::pipeline::types::{
    Dimensions, Excess, Exif, ImageError, ImageFormat, ImageInfo, Limit, Limits, Location,
    Orientation,
};
pub use generated::{Imaging, ImagingPre};
pub use hasher::exports::vismatch::pipeline::fingerprinting::{
    Description as HasherDescription, Input as HasherInput,
};
pub use hasher::{Hasher, HasherPre};
