//! JPEG, as far as it goes without making pixels.

mod baseline;
mod bits;
mod dc;
mod encode;
mod entropy;
mod headers;
mod huffman;
mod inverse_dct;
mod lookahead;
mod markers;
mod planes;
mod progressive;
mod scan;
mod skip;
mod strip;

pub use dc::{DcPlane, read as dc_planes};
pub use encode::{MAX_SIDE, SideError, encode};
pub use markers::{Frame, Markers, Process};
pub use planes::{BlockScales, Plane, Samples, are_sound, decode as planes};
pub use scan::SIDE as BLOCK_SIDE;
pub use strip::without_metadata;
